export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const KEY = 'groundtruth-theme'

/**
 * Runs in the document's head before anything is painted, so that a chosen theme never flashes. A constant, as the
 * Content-Security-Policy allows it by its hash.
 */
export const themeScript = `try{var t=localStorage.getItem('${KEY}')}catch(e){t=null}document.documentElement.dataset.theme=t==='light'||t==='dark'?t:matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light'`

const preference = () => window.matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()
/** Holds the choice for this page's life where the browser refuses to store it. */
let unstored: Theme | null = null

function paint(): void {
  const theme = currentTheme()
  document.documentElement.dataset['theme'] = theme === 'system' ? (preference().matches ? 'dark' : 'light') : theme
  for (const listener of listeners) listener()
}

/** What the reader chose; `system` where nothing was chosen. */
export function currentTheme(): Theme {
  if (unstored !== null) return unstored
  try {
    const stored = window.localStorage.getItem(KEY)
    return themes.find(theme => theme === stored) ?? 'system'
  } catch {
    // Storage is refused, so nothing can have been chosen.
    return 'system'
  }
}

/** Keeps the choice and repaints at once. */
export function chooseTheme(theme: Theme): void {
  try {
    window.localStorage.setItem(KEY, theme)
    unstored = null
  } catch {
    unstored = theme
  }
  paint()
}

/** Tells of every change: by this page, by another tab, by the system. */
export function onThemeChange(listener: () => void): () => void {
  if (listeners.size === 0) {
    window.addEventListener('storage', paint)
    preference().addEventListener('change', paint)
    // Where nothing is found the page is rendered in the browser alone, and the script was never run.
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
