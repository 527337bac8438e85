import { vi } from 'vitest'

/**
 * Runs before each test file. By default `vi.waitFor` gives up after a second, and on a busy machine a second is too short for work
 * that takes milliseconds on a quiet one. A passing test does not wait longer because of this.
 */
const PATIENCE = 20_000

const { waitFor } = vi
vi.waitFor = (check, options) =>
  waitFor(check, typeof options === 'number' ? { timeout: options } : { timeout: PATIENCE, ...options })
