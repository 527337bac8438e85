import type { Story } from '../actions'
import { faultPinsOfEntries } from './fault-pins-entries'

/** The story that shows each planted fault immediately; `faults.test` prints a new one if a story no longer shows its fault. */
export const faultPins: Record<string, Story> = {
  '[SYNC-1] a page that applies a diff where it does not fit': {
    setting: { seed: 956665664, generation: 'A', dryRun: false, backendSkew: 1500, dockerSkew: 1500 },
    actions: [
      { do: 'visit', skew: -3600000, ms: 0 },
      { do: 'backend path', path: { refuses: false, silent: false, late: 3000, twice: 30, lost: 0 } },
      { do: 'network conditions', page: 0, networkConditions: { lost: 20, twice: 0, late: 0 } },
      { do: 'pass', ms: 60 },
      { do: 'start here', run: 1 },
      { do: 'pass', ms: 12000 },
    ],
  },
  '[SYNC-2] a server that uses an epoch again after a restart': {
    setting: { seed: 2079928142, generation: 'B', dryRun: false, backendSkew: -1500, dockerSkew: 0 },
    actions: [
      { do: 'visit', skew: 3600000, ms: 300 },
      { do: 'restart', down: 15000, skew: 0, noticed: true, torn: true },
    ],
  },
  '[SYNC-6] a page that paints without looking at the clock': {
    setting: { seed: 2079928142, generation: 'B', dryRun: false, backendSkew: -1500, dockerSkew: 0 },
    actions: [
      { do: 'jam', page: 2 },
      { do: 'pass', ms: 12000 },
    ],
  },
  '[SYNC-6] a page that does not notice that its clock was set': {
    setting: { seed: 2079928142, generation: 'B', dryRun: false, backendSkew: -1500, dockerSkew: 0 },
    actions: [
      { do: 'backend dies' },
      { do: 'pass', ms: 300 },
      { do: 'jam', page: 2 },
      { do: 'set clock', page: 2, skew: -3600000 },
      { do: 'pass', ms: 12000 },
      { do: 'pass', ms: 900 },
    ],
  },
  '[SYNC-6] a digest that leaves the batches out, and a diff that forgets some': {
    setting: { seed: 2079928142, generation: 'B', dryRun: false, backendSkew: -1500, dockerSkew: 0 },
    actions: [
      { do: 'start here', run: 0 },
      { do: 'visit', skew: -3600000, ms: 4000 },
      { do: 'visit', skew: -7000, ms: 300 },
      { do: 'cut', page: 1, noticed: false },
    ],
  },
  '[SYNC-1] a diff that forgets what was removed': {
    setting: { seed: 2079928142, generation: 'B', dryRun: false, backendSkew: -1500, dockerSkew: 0 },
    actions: [
      { do: 'backend dies' },
      { do: 'follow', run: 5 },
      { do: 'visit', skew: 3600000, ms: 4000 },
      { do: 'restart', down: 0, skew: 0, noticed: true, torn: true },
      { do: 'pass', ms: 900 },
    ],
  },
  '[SYNC-9] a server that loses an eviction': {
    setting: { seed: 2079928142, generation: 'B', dryRun: false, backendSkew: -1500, dockerSkew: 0 },
    actions: [
      { do: 'start here', run: 3 },
      { do: 'start elsewhere', run: 3 },
    ],
  },
  '[RUN-1] a server that counts completions twice': {
    setting: { seed: 2079928142, generation: 'B', dryRun: false, backendSkew: -1500, dockerSkew: 0 },
    actions: [
      { do: 'start here', run: 5 },
      { do: 'pass', ms: 60 },
      { do: 'step', run: 5, how: 156 },
      { do: 'step', run: 5, how: 314 },
    ],
  },
  '[RUN-7] a server that restarts the timer when it connects': {
    setting: { seed: 2079928142, generation: 'B', dryRun: false, backendSkew: -1500, dockerSkew: 0 },
    actions: [{ do: 'start here', run: 2 }],
  },
  '[RUN-4] a server that forgets an abort': {
    setting: { seed: 0, generation: 'C', dryRun: false, backendSkew: 0, dockerSkew: 0 },
    actions: [
      { do: 'start here', run: 2 },
      { do: 'pass', ms: 4000 },
      { do: 'start here', run: 5 },
      { do: 'pass', ms: 4000 },
      { do: 'stop elsewhere', run: 5 },
    ],
  },
  '[RUN-2] a server that loses what agents print': {
    setting: { seed: 982207619, generation: 'B', dryRun: false, backendSkew: 0, dockerSkew: -1500 },
    actions: [
      { do: 'start here', run: 2 },
      { do: 'pass', ms: 10 },
      { do: 'step', run: 2, how: 6 },
      { do: 'print', run: 2, stream: 'stderr', text: 'working' },
    ],
  },
  '[RUN-3] a server that believes an agent’s line': {
    setting: { seed: 1200202380, generation: 'A', dryRun: false, backendSkew: 0, dockerSkew: -1500 },
    actions: [
      { do: 'start elsewhere', run: 2 },
      { do: 'step', run: 2, how: 363 },
      { do: 'follow', run: 2 },
      { do: 'print', run: 2, stream: 'stderr', text: 'Spawning batch: Build UI' },
    ],
  },
  '[RUN-6] a server that takes any error for the end of a run': {
    setting: { seed: 982207619, generation: 'B', dryRun: false, backendSkew: 0, dockerSkew: -1500 },
    actions: [
      { do: 'start here', run: 2 },
      { do: 'pass', ms: 10 },
      { do: 'step', run: 2, how: 6 },
      { do: 'print', run: 2, stream: 'stderr', text: 'working' },
    ],
  },
  '[RUN-3] a server that believes an agent that all is done': {
    setting: { seed: 956665664, generation: 'A', dryRun: false, backendSkew: 1500, dockerSkew: 1500 },
    actions: [
      { do: 'start elsewhere', run: 0 },
      { do: 'step', run: 0, how: 114 },
      { do: 'print', run: 0, stream: 'stderr', text: 'All batches completed successfully.' },
      { do: 'follow', run: 0 },
    ],
  },
  '[RUN-9] a server that takes a lost connection for a failed run': {
    setting: { seed: 2079928142, generation: 'B', dryRun: false, backendSkew: -1500, dockerSkew: 0 },
    actions: [
      { do: 'start here', run: 2 },
      { do: 'pass', ms: 10 },
      { do: 'restart', down: 0, skew: 0, noticed: true, torn: true },
    ],
  },
  '[REC-3] a recorder that writes only after pages were told': {
    setting: { seed: 986160429, generation: 'B', dryRun: false, backendSkew: 0, dockerSkew: 1500 },
    actions: [
      { do: 'start here', run: 2 },
      { do: 'pass', ms: 10 },
      { do: 'restart', down: 2000, skew: -1000, noticed: true, torn: false },
    ],
  },
  '[REC-3] a recorder that loses what ends a batch': {
    setting: { seed: 2147483620, generation: 'A', dryRun: false, backendSkew: 0, dockerSkew: -1500 },
    actions: [
      { do: 'start here', run: 1 },
      { do: 'pass', ms: 900 },
      { do: 'step', run: 1, how: 248 },
      { do: 'step', run: 1, how: 101 },
      { do: 'pass', ms: 900 },
      { do: 'restart', down: 15000, skew: -1000, noticed: true, torn: true },
    ],
  },
  '[REC-3] a recorder that loses the stop': {
    setting: { seed: 2147483633, generation: 'A', dryRun: false, backendSkew: -1500, dockerSkew: 0 },
    actions: [
      { do: 'start here', run: 1 },
      { do: 'stop here', run: 1 },
      { do: 'pass', ms: 300 },
      { do: 'restart', down: 0, skew: 1000, noticed: false, torn: false },
    ],
  },
  '[REC-3] a recorder that loses the abort': {
    setting: { seed: 26, generation: 'B', dryRun: true, backendSkew: 0, dockerSkew: 1500 },
    actions: [
      { do: 'start here', run: 0 },
      { do: 'pass', ms: 60 },
      { do: 'stop elsewhere', run: 0 },
      { do: 'pass', ms: 12000 },
      { do: 'restart', down: 2000, skew: 1000, noticed: true, torn: false },
    ],
  },
  '[REC-3] a recorder that loses that a start was accepted': {
    setting: { seed: 613798602, generation: 'A', dryRun: true, backendSkew: 0, dockerSkew: 0 },
    actions: [
      { do: 'start here', run: 0 },
      { do: 'visit', skew: -7000, ms: 300 },
      { do: 'restart', down: 15000, skew: 0, noticed: false, torn: false },
    ],
  },
  '[REC-3] a recorder that loses how agents ended': {
    setting: { seed: 2079928142, generation: 'B', dryRun: false, backendSkew: -1500, dockerSkew: 0 },
    actions: [
      { do: 'start here', run: 3 },
      { do: 'pass', ms: 300 },
      { do: 'step', run: 3, how: 314 },
      { do: 'step', run: 3, how: 64 },
      { do: 'pass', ms: 900 },
      { do: 'step', run: 3, how: 216 },
      { do: 'pass', ms: 300 },
      { do: 'restart', down: 0, skew: -1000, noticed: true, torn: false },
    ],
  },
  '[REC-7] a server that rebuilds nothing': {
    setting: { seed: 2079928142, generation: 'B', dryRun: false, backendSkew: -1500, dockerSkew: 0 },
    actions: [
      { do: 'start here', run: 2 },
      { do: 'pass', ms: 10 },
      { do: 'restart', down: 0, skew: 0, noticed: true, torn: true },
    ],
  },
  '[RUN-11] a server that does not hear that its run is forgotten': {
    setting: { seed: 30, generation: 'B', dryRun: false, backendSkew: 0, dockerSkew: 1500 },
    actions: [{ do: 'start here', run: 0 }, { do: 'pass', ms: 60 }, { do: 'backend dies' }],
  },
  '[DOCK-2] a server that takes an ended agent for none': {
    setting: { seed: 2147483620, generation: 'A', dryRun: false, backendSkew: 0, dockerSkew: -1500 },
    actions: [
      { do: 'start here', run: 1 },
      { do: 'pass', ms: 60 },
      { do: 'step', run: 1, how: 229 },
      { do: 'pass', ms: 12000 },
      { do: 'docker dies' },
    ],
  },
  '[DOCK-2] a server that forgets how agents ended': {
    setting: { seed: 2147483620, generation: 'A', dryRun: false, backendSkew: 0, dockerSkew: -1500 },
    actions: [
      { do: 'start elsewhere', run: 0 },
      { do: 'step', run: 0, how: 0 },
      { do: 'follow', run: 0 },
      { do: 'step', run: 0, how: 54 },
    ],
  },
  '[DOCK-3] a server that says ghost while Docker is away': {
    setting: { seed: 2079928142, generation: 'B', dryRun: false, backendSkew: -1500, dockerSkew: 0 },
    actions: [
      { do: 'start here', run: 0 },
      { do: 'docker path', path: { refuses: true, silent: true, late: 3000, twice: 0, lost: 0 } },
      { do: 'pass', ms: 60 },
      { do: 'step', run: 0, how: 9 },
    ],
  },
  ...faultPinsOfEntries,
}
