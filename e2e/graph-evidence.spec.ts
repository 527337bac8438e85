import { snapshot } from '../lib/run/model'
import { hasEnded } from '../lib/run/evidence/container'
import { expect, test } from './fixtures'
import { mergedRun } from './merged-recording'
import { expectNoViolations } from './no-violations'

test('[PAGE-6.9] below the claim of a node is a line for what Docker showed', async ({ dashboard, page }) => {
  const headers = { 'content-type': 'application/x-ndjson' }
  const answer = await fetch(`${dashboard.url}/api/imports`, { method: 'POST', headers, body: mergedRun().text })
  const { importId } = (await answer.json()) as { importId: string }
  const told = snapshot.parse(await (await fetch(`${dashboard.url}/api/imports/${importId}`)).json())
  expect(told.batches.length).toBe(2)
  await page.goto(`${dashboard.url}/imports/${importId}?view=graph`)
  for (const { id, container } of told.batches) {
    const card = page.locator(`[data-testid="batch-card"][data-batch-id="${id}"]`)
    const node = card.getByTestId('graph-node')
    expect(container).not.toBeNull()
    if (container === null) continue
    await expect(card).toHaveAttribute('data-seen', hasEnded(container) ? 'ended' : 'running')
    // The evidence is below the claim, and both are within the node.
    const [claim, evidence, height] = await node.evaluate(element => {
      const bottomOf = (part: string) => parseFloat(getComputedStyle(element, part).bottom)
      return [bottomOf('::before'), bottomOf('::after'), element.clientHeight]
    })
    expect(evidence).toBeGreaterThanOrEqual(0)
    expect(claim).toBeGreaterThanOrEqual(evidence + 3)
    expect(claim).toBeLessThan(height)
    await expect(node).toHaveAccessibleName(/, container (?:last known as )?\S+.*, verdict /)
  }
  await expectNoViolations(page)
})
