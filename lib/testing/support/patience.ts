import { vi } from 'vitest'

/**
 * Runs before each test file. `vi.waitFor` gives up after a second unless a test says otherwise, and on a busy machine a
 * second is too short for what takes milliseconds on a quiet one. A test that passes does not wait longer for this.
 */
const PATIENCE = 20_000

const { waitFor } = vi
vi.waitFor = (check, options) =>
  waitFor(check, typeof options === 'number' ? { timeout: options } : { timeout: PATIENCE, ...options })
