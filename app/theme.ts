export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const KEY = 'groundtruth-theme'

/** The part of the script before the first paint that sets the theme. */
export const themeScript = `try{var t=localStorage.getItem('${KEY}')}catch(e){t=null}document.documentElement.dataset.theme=t==='light'||t==='dark'?t:matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light'`

const preference = () => window.matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()
/** Holds the choice for the life of this page if the browser refuses to store it. */
let unstored: Theme | null = null

function paint(): void {
  const theme = currentTheme()
  document.documentElement.dataset['theme'] = theme === 'system' ? (preference().matches ? 'dark' : 'light') : theme
  for (const listener of listeners) listener()
}

/** The reader's choice; `system` if there is none. */
export function currentTheme(): Theme {
  if (unstored !== null) return unstored
  try {
    const stored = window.localStorage.getItem(KEY)
    return themes.find(theme => theme === stored) ?? 'system'
  } catch {
    // Storage is refused, so no choice can be stored.
    return 'system'
  }
}

/** Stores the choice and repaints immediately. */
export function chooseTheme(theme: Theme): void {
  try {
    window.localStorage.setItem(KEY, theme)
    unstored = null
  } catch {
    unstored = theme
  }
  paint()
}

/** Calls the listener at every change: by this page, by another tab, by the system. */
export function onThemeChange(listener: () => void): () => void {
  if (listeners.size === 0) {
    window.addEventListener('storage', paint)
    preference().addEventListener('change', paint)
    // A page that is not found is rendered in the browser only, so the script in its head never ran.
    paint()
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    window.removeEventListener('storage', paint)
    preference().removeEventListener('change', paint)
  }
}
