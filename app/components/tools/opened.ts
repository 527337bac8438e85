/** The dialogs that a page's tools open. An element with `data-opens` opens one at a click. */
export const dialogs = [
  'palette',
  'sheet',
  'count-proof',
  'start',
  'resume',
  'follow',
  'import',
  'stop',
  'note',
] as const
export type Opened = (typeof dialogs)[number]

/** The dialog that an element or one around it opens; null if it opens none. */
export function openedBy(target: EventTarget | null): Opened | null {
  const opener = target instanceof Element ? target.closest<HTMLElement>('[data-opens]') : null
  return dialogs.find(dialog => dialog === opener?.dataset['opens']) ?? null
}
