/** Moves the focus to places of a page, found by their roles: a page that has no such place stays as it is. */

/** Puts the cursor into the search field of the log. */
export function searchLog(): void {
  const field = document.querySelector<HTMLInputElement>('#log input[type="search"]')
  field?.scrollIntoView({ block: 'nearest' })
  field?.select()
}

export function focusLog(): void {
  const log = document.querySelector<HTMLElement>('#log [role="log"]')
  document.getElementById('log')?.scrollIntoView({ block: 'nearest' })
  log?.focus({ preventScroll: true })
}

/** Selects the tab after the selected one of the batches' views; goes round. */
export function nextView(): void {
  const tabs = [...document.querySelectorAll<HTMLElement>('main [role="tablist"] [role="tab"]')]
  const selected = tabs.findIndex(tab => tab.getAttribute('aria-selected') === 'true')
  const next = tabs[(selected + 1) % tabs.length]
  next?.click()
  next?.focus()
}

/** Gives the focus to the row of a batch once it is there. */
export function focusBatch(batchId: string): void {
  // The dialog that had the focus is removed first, and a row far away is rendered only when it is scrolled to.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const row = document.querySelector(`[data-testid="batch-card"][data-batch-id="${CSS.escape(batchId)}"]`)
      row?.querySelector('button')?.focus({ preventScroll: true })
    }),
  )
}
