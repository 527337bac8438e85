import { useEffect } from 'react'
import { iconOf, type IconState } from './page-icon'

/** Puts a mark on the icon of the page's tab; the page's own icon comes back with the next page. */
export function usePageIcon(state: IconState): void {
  useEffect(() => {
    const icon = iconOf(state)
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
    if (icon === null || link === null) return
    const own = link.href
    link.href = icon
    link.dataset['state'] = state
    return () => {
      link.href = own
      delete link.dataset['state']
    }
  }, [state])
}
