import type { RunStatus } from '../../../lib/run/model'

/** The icon of a page's tab, with a mark that says how it stands [PAGE-8.5]. */

export type IconState = RunStatus | 'needs-you' | 'last-known'

/** Shape and colours, light and dark, of each mark; shapes as in the sprite, so colour never tells alone. */
const marks: Partial<Record<IconState, readonly [shape: string, light: string, dark: string]>> = {
  starting: ['<circle cx="5" cy="5" r="3.4" fill="none" stroke-width="2"/>', '#0f74c5', '#4ba5f0'],
  running: ['<path d="M1.5 1v8l7-4z"/>', '#0f74c5', '#4ba5f0'],
  completed: ['<circle cx="5" cy="5" r="4"/>', '#3f8254', '#579e70'],
  failed: ['<path d="M5 .5 9.5 5 5 9.5.5 5z"/>', '#cc2827', '#f05751'],
  aborted: ['<path d="M1.5 1.5h7v7h-7z"/>', '#805846', '#b18871'],
  'needs-you': ['<path d="M1 1h8v2.6H1zM1 6.4h8V9H1z"/>', '#9729ae', '#d370e3'],
  'last-known': ['<path d="M1 9 9 1M1 5l4-4M5 9l4-4" stroke-width="1.8"/>', '#9b6304', '#ebae42'],
}

/** The address of the icon; null for the plain one, which the page has from the server. */
export function iconOf(state: IconState): string | null {
  const mark = marks[state]
  if (!mark) return null
  const [shape, light, dark] = mark
  const style =
    `.p{fill:#14201a}.l{stroke:#fbfdfc;fill:none}.r{fill:#fbfdfc}.m{fill:${light};stroke:${light}}` +
    `@media(prefers-color-scheme:dark){.p{fill:#e3eae5}.l{stroke:#0e1210}.r{fill:#0e1210}.m{fill:${dark};stroke:${dark}}}`
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><style>${style}</style>` +
    '<rect class="p" width="20" height="20" rx="3"/>' +
    '<g class="l" transform="translate(2 2) scale(.8)"><path d="M2 4.25h16" stroke-width="2.5"/>' +
    '<path d="M10 7.5v9M10 7.5l-6 8M10 7.5l6 8" stroke-width="1.75"/></g>' +
    `<rect class="r" x="8.5" y="8.5" width="11.5" height="11.5" rx="2.5"/><g class="m" stroke-width="0" transform="translate(9.2 9.2)">${shape}</g></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
