import { iconOf, type IconState } from './page-icon'

/** The icon of the page's tab, beside the plain one of every page: browsers take the last of several [PAGE-8.5]. */
export function TabIcon({ state }: { state: IconState }) {
  const icon = iconOf(state)
  return icon !== null && <link rel="icon" type="image/svg+xml" sizes="any" href={icon} data-state={state} />
}
