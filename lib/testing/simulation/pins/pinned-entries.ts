import type { Action, Story } from '../actions'
import { CLEAR } from '../simulated-network'

const calm = { seed: 0, generation: 'B', dryRun: false, backendSkew: 0, dockerSkew: 0 } as const

/** Nothing happens for more than a minute before its first batch begins. */
export const givenUpTooEarly: Story = {
  setting: { ...calm, seed: 1372745782, dockerSkew: -1_500 },
  actions: [
    { do: 'start elsewhere', run: 1 },
    ...Array.from({ length: 6 }, (): Action => ({ do: 'pass', ms: 12_000 })),
    { do: 'step', run: 1, how: 287 },
  ],
}

/** A run ends, resumed, at the same moment at which the next run of its spec begins and ends. */
export const endsAsItBegins: Story = {
  setting: { ...calm, seed: 1475286130, backendSkew: -1_500, dockerSkew: -1_500 },
  actions: [
    { do: 'pass', ms: 900 },
    { do: 'resume elsewhere', run: 5, entry: 2 },
    { do: 'step', run: 5, how: 58 },
    { do: 'pass', ms: 900 },
    { do: 'step', run: 5, how: 144 },
    { do: 'start elsewhere', run: 2 },
    { do: 'pass', ms: 12_000 },
    { do: 'follow', run: 2 },
  ],
}

/** A run is resumed while it is active, and both executions work on one batch. */
export const twoInOneEntry: Story = {
  setting: calm,
  actions: [
    { do: 'start here', run: 0 },
    { do: 'pass', ms: 900 },
    { do: 'step', run: 0, how: 0 },
    { do: 'resume here', run: 4, entry: 0 },
    { do: 'pass', ms: 4_000 },
    { do: 'step', run: 4, how: 0 },
    { do: 'pass', ms: 4_000 },
    { do: 'step', run: 0, how: 5 },
    { do: 'pass', ms: 12_000 },
    { do: 'backend dies' },
  ],
}

/** After a restart the run's clock looks as if it had been set, and its end seems 2 s earlier than in its entry. */
export const endsByAnotherClock: Story = {
  setting: { ...calm, seed: 1_525_874_068 },
  actions: [
    { do: 'restart', down: 15_000, skew: 1_000, noticed: true, torn: false },
    { do: 'start here', run: 1 },
    { do: 'pass', ms: 10 },
    { do: 'restart', down: 2_000, skew: -1_000, noticed: false, torn: false },
    { do: 'step', run: 1, how: 129 },
    { do: 'pass', ms: 4_000 },
    ...[232, 321, 165, 235, 338, 210].map((how): Action => ({ do: 'step', run: 1, how })),
  ],
}

/** Failures that the simulation found: runs with a common spec or history entry, and the time from which an end is final. */
export const pinnedOfEntries: Record<string, Story> = {
  '[RUN-13.5] a run of the history that begins its first batch after it was given up': givenUpTooEarly,
  '[RUN-13.6] a run that ended as it began, found in the history before it is followed': endsAsItBegins,
  '[RUN-13.4] a run that is at work beside the one that resumed it': {
    setting: { ...calm, generation: 'C', seed: 262158119, backendSkew: 1_500 },
    actions: [
      { do: 'start here', run: 0 },
      { do: 'pass', ms: 4_000 },
      { do: 'resume here', run: 4, entry: 2 },
      { do: 'pass', ms: 4_000 },
      { do: 'step', run: 0, how: 365 },
      { do: 'pass', ms: 4_000 },
    ],
  },
  '[RUN-8.11] two runs at work in one entry, one of which completes a batch that the other has begun': twoInOneEntry,
  '[RUN-8] a run that is followed when another one of its spec has begun after it and is over': {
    setting: calm,
    actions: [
      { do: 'start elsewhere', run: 0 },
      { do: 'step', run: 0, how: 0 },
      { do: 'stop elsewhere', run: 0 },
      { do: 'start here', run: 4 },
      { do: 'pass', ms: 900 },
      ...[0, 5, 0, 5, 0, 5].map((how): Action => ({ do: 'step', run: 4, how })),
      { do: 'pass', ms: 4_000 },
      { do: 'follow', run: 0 },
      { do: 'pass', ms: 12_000 },
    ],
  },
  '[RUN-16.2] an abort just after the dashboard was started again with another clock': {
    setting: { ...calm, seed: 1116019752 },
    actions: [
      { do: 'restart', down: 2_000, skew: 1_000, noticed: true, torn: false },
      { do: 'start here', run: 3 },
      { do: 'pass', ms: 60 },
      { do: 'restart', down: 0, skew: -1_000, noticed: true, torn: false },
      { do: 'pass', ms: 60 },
      { do: 'stop elsewhere', run: 3 },
      { do: 'pass', ms: 60 },
    ],
  },
  '[RUN-8.12] a run whose spec another run has gone on with before it is followed': {
    setting: { ...calm, seed: 7 },
    actions: [
      { do: 'start here', run: 0 },
      { do: 'pass', ms: 10 },
      ...[293, 111, 296, 286, 349].map((how): Action => ({ do: 'step', run: 0, how })),
      { do: 'resume elsewhere', run: 4, entry: 1 },
      { do: 'step', run: 0, how: 249 },
      { do: 'follow', run: 4 },
    ],
  },
  '[RUN-8.13] a run that failed, followed when another one has gone on with its entry': {
    setting: { ...calm, seed: 10, backendSkew: 1_500, dockerSkew: -1_500 },
    actions: [
      { do: 'start elsewhere', run: 4 },
      { do: 'pass', ms: 4_000 },
      { do: 'step', run: 4, how: 392 },
      { do: 'step', run: 4, how: 346 },
      { do: 'pass', ms: 4_000 },
      { do: 'resume elsewhere', run: 0, entry: 2 },
      { do: 'follow', run: 4 },
      { do: 'step', run: 0, how: 375 },
      { do: 'step', run: 0, how: 4 },
    ],
  },
  '[RUN-13] a run whose entry another one has gone on with and ended, before it is followed': {
    setting: { ...calm, seed: 18, backendSkew: -1_500, dockerSkew: -1_500 },
    actions: [
      { do: 'pass', ms: 12_000 },
      { do: 'pass', ms: 60 },
      { do: 'start elsewhere', run: 4 },
      { do: 'pass', ms: 10 },
      { do: 'resume elsewhere', run: 0, entry: 2 },
      { do: 'follow', run: 0 },
      { do: 'step', run: 0, how: 256 },
      { do: 'backend path', path: { ...CLEAR, refuses: true, silent: true, lost: 50 } },
      { do: 'step', run: 0, how: 39 },
      { do: 'pass', ms: 900 },
      { do: 'pass', ms: 4_000 },
      { do: 'step', run: 0, how: 385 },
      { do: 'restart', down: 2_000, skew: -1_000, noticed: true, torn: false },
      { do: 'follow', run: 4 },
      ...[110, 388, 264].map((how): Action => ({ do: 'step', run: 0, how })),
    ],
  },
  '[RUN-13] a run that was started here, whose stream nobody heard before its backend died': {
    setting: { ...calm, seed: 2_147_483_620, dockerSkew: -1_500 },
    actions: [
      { do: 'backend path', path: { ...CLEAR, late: 3_000, twice: 30, lost: 10 } },
      { do: 'start here', run: 1 },
      { do: 'pass', ms: 4_000 },
      { do: 'backend path', path: { ...CLEAR, silent: true, lost: 50 } },
      { do: 'pass', ms: 12_000 },
      { do: 'step', run: 1, how: 44 },
      { do: 'backend dies' },
    ],
  },
  '[RUN-13] an entry whose run ended earlier by a clock that seems to have been set': endsByAnotherClock,
  '[DOCK-4.1] two runs at once, by an Engine whose clock is 3 s behind the backend’s': {
    setting: { ...calm, seed: 1_463_439_904, generation: 'A', backendSkew: 1_500, dockerSkew: -1_500 },
    actions: [
      { do: 'resume here', run: 4, entry: 2 },
      { do: 'pass', ms: 10 },
      { do: 'step', run: 4, how: 359 },
      { do: 'restart', down: 2_000, skew: -1_000, noticed: true, torn: true },
      { do: 'start here', run: 0 },
      { do: 'pass', ms: 900 },
      { do: 'step', run: 0, how: 132 },
    ],
  },
  '[RUN-8] a run at work that is taken for aborted, beside the one that resumed its entry': {
    setting: { ...calm, seed: 30, generation: 'B', backendSkew: -1_500, dockerSkew: 1_500 },
    actions: [
      { do: 'start here', run: 4 },
      { do: 'pass', ms: 12_000 },
      ...[260, 114, 350].map((how): Action => ({ do: 'step', run: 4, how })),
      { do: 'resume here', run: 0, entry: 2 },
      ...[4_000, 12_000, 900, 12_000, 900].map((ms): Action => ({ do: 'pass', ms })),
      { do: 'step', run: 0, how: 210 },
      { do: 'pass', ms: 300 },
      { do: 'step', run: 4, how: 9 },
      { do: 'step', run: 0, how: 93 },
    ],
  },
  '[RUN-13] a run begun elsewhere that works on with its entry, beside the one that resumed it here': {
    setting: { ...calm, seed: 25, backendSkew: -1_500 },
    actions: [
      { do: 'start elsewhere', run: 0 },
      { do: 'resume here', run: 4, entry: 2 },
      { do: 'step', run: 0, how: 317 },
      { do: 'pass', ms: 10 },
      { do: 'stop elsewhere', run: 4 },
      { do: 'pass', ms: 12_000 },
      { do: 'step', run: 0, how: 166 },
    ],
  },
  '[RUN-8.13] a run whose failure is unheard until another one has resumed its entry, within 2 s': {
    setting: { ...calm, seed: 381_228_682 },
    actions: [
      { do: 'start elsewhere', run: 5 },
      { do: 'step', run: 5, how: 396 },
      { do: 'follow', run: 5 },
      { do: 'pass', ms: 60 },
      { do: 'backend path', path: { ...CLEAR, silent: true, twice: 30 } },
      { do: 'step', run: 5, how: 47 },
      { do: 'pass', ms: 900 },
      { do: 'resume elsewhere', run: 2, entry: 1 },
      { do: 'step', run: 2, how: 42 },
      { do: 'step', run: 2, how: 237 },
      { do: 'restart', down: 2_000, skew: -1_000, noticed: false, torn: true },
    ],
  },
  '[DOCK-4.1] a run of the history that ends 13 ms before another one begins a batch, by an Engine 3 s behind': {
    setting: { ...calm, seed: 25, backendSkew: 1_500, dockerSkew: -1_500 },
    actions: [
      { do: 'start elsewhere', run: 4 },
      { do: 'docker dies' },
      { do: 'pass', ms: 12_000 },
      ...[146, 28, 94, 244].map((how): Action => ({ do: 'step', run: 4, how })),
      { do: 'pass', ms: 300 },
      { do: 'resume here', run: 0, entry: 1 },
      { do: 'step', run: 4, how: 392 },
      { do: 'pass', ms: 10 },
      { do: 'step', run: 0, how: 73 },
    ],
  },
  '[RUN-13.1] a run that was given up, and whose entry ends while the dashboard restarts': {
    setting: { ...calm, seed: 1_563_979_413, generation: 'C' },
    actions: [
      { do: 'start elsewhere', run: 4 },
      ...[4_000, 4_000, 12_000, 12_000, 4_000, 12_000, 60, 12_000].map((ms): Action => ({ do: 'pass', ms })),
      { do: 'stop elsewhere', run: 4 },
      { do: 'restart', down: 0, skew: 1_000, noticed: false, torn: true },
    ],
  },
  '[RUN-8.13] a run that was stopped here, and another that resumes its entry before a restart': {
    setting: { ...calm, seed: 25, dockerSkew: 1_500 },
    actions: [
      { do: 'start here', run: 0 },
      { do: 'stop here', run: 0 },
      ...[900, 300, 900].map((ms): Action => ({ do: 'pass', ms })),
      { do: 'resume elsewhere', run: 4, entry: 0 },
      { do: 'restart', down: 2_000, skew: 0, noticed: true, torn: true },
      { do: 'step', run: 4, how: 44 },
      { do: 'step', run: 4, how: 278 },
    ],
  },
  '[RUN-16.19] two runs at once, one of which saw the dashboard’s clock go on by 2 s': {
    setting: { ...calm, seed: 328_300_709 },
    actions: [
      { do: 'restart', down: 2_000, skew: 1_000, noticed: false, torn: true },
      { do: 'resume here', run: 5, entry: 3 },
      { do: 'pass', ms: 300 },
      { do: 'restart', down: 15_000, skew: -1_000, noticed: false, torn: false },
      { do: 'start here', run: 2 },
      { do: 'pass', ms: 300 },
      { do: 'step', run: 5, how: 191 },
      { do: 'step', run: 5, how: 19 },
      { do: 'pass', ms: 10 },
      { do: 'restart', down: 0, skew: 0, noticed: false, torn: true },
    ],
  },
  '[RUN-13] an entry that has ended, and that the run which resumed it goes on with': {
    setting: { ...calm, seed: 2_056_778_676, backendSkew: -1_500, dockerSkew: 1_500 },
    actions: [
      { do: 'start elsewhere', run: 0 },
      ...[47, 140].map((how): Action => ({ do: 'step', run: 0, how })),
      { do: 'resume elsewhere', run: 4, entry: 0 },
      { do: 'step', run: 0, how: 395 },
      { do: 'pass', ms: 10 },
      { do: 'step', run: 0, how: 1 },
      ...[6, 334].map((how): Action => ({ do: 'step', run: 4, how })),
      { do: 'pass', ms: 12_000 },
      { do: 'step', run: 4, how: 10 },
    ],
  },
  '[DOCK-4.1] a run that was stopped before another one began the same batch, by an Engine 1.5 s behind': {
    setting: { ...calm, generation: 'A', seed: 485_145_199, backendSkew: 1_500 },
    actions: [
      { do: 'resume here', run: 0, entry: 2 },
      { do: 'pass', ms: 900 },
      { do: 'step', run: 0, how: 90 },
      { do: 'pass', ms: 4_000 },
      { do: 'resume here', run: 4, entry: 0 },
      { do: 'stop here', run: 0 },
      { do: 'pass', ms: 900 },
      { do: 'step', run: 4, how: 286 },
    ],
  },
  '[RUN-8.5] a run followed late, in whose first second another one completed a batch that this one was at': {
    setting: { ...calm, generation: 'C', seed: 1_040_155_170 },
    actions: [
      { do: 'resume here', run: 0, entry: 1 },
      { do: 'pass', ms: 10 },
      ...[254, 138, 17, 250].map((how): Action => ({ do: 'step', run: 0, how })),
      { do: 'resume elsewhere', run: 4, entry: 1 },
      { do: 'step', run: 0, how: 99 },
      { do: 'step', run: 4, how: 130 },
      { do: 'step', run: 0, how: 135 },
      { do: 'pass', ms: 4_000 },
      { do: 'follow', run: 4 },
    ],
  },
  '[RUN-8.5] a run followed as it is stopped, in whose first second another one completed a batch that this one was at':
    {
      setting: { ...calm, generation: 'C', seed: 1_040_155_170 },
      actions: [
        { do: 'resume here', run: 0, entry: 1 },
        { do: 'pass', ms: 10 },
        ...[254, 138, 17, 250].map((how): Action => ({ do: 'step', run: 0, how })),
        { do: 'resume elsewhere', run: 4, entry: 1 },
        { do: 'step', run: 0, how: 99 },
        { do: 'step', run: 4, how: 130 },
        { do: 'step', run: 0, how: 135 },
        { do: 'pass', ms: 4_000 },
        { do: 'follow', run: 4 },
        { do: 'stop elsewhere', run: 4 },
      ],
    },
  '[DOCK-4.38] [DOCK-4.39] two runs at once, one of which fails in the second in which their containers were created': {
    setting: { ...calm, generation: 'C', seed: 15, quiet: true },
    actions: [
      { do: 'pass', ms: 600 },
      { do: 'start here', run: 0 },
      { do: 'start here', run: 4 },
      { do: 'pass', ms: 300 },
      { do: 'step', run: 0, how: 38 },
      { do: 'step', run: 4, how: 321 },
      { do: 'pass', ms: 900 },
      { do: 'step', run: 0, how: 392 },
    ],
  },
  '[RUN-4] a run that fails while its stream is lost, of something else than what an agent had printed 4 s before': {
    setting: { ...calm, seed: 666_976_463 },
    actions: [
      { do: 'start here', run: 5 },
      { do: 'pass', ms: 12_000 },
      { do: 'step', run: 5, how: 361 },
      { do: 'print', run: 5, stream: 'stderr', text: 'Execution failed: Task failed' },
      { do: 'pass', ms: 4_000 },
      { do: 'backend path', path: { ...CLEAR, refuses: true, lost: 50 } },
      { do: 'step', run: 5, how: 208 },
      { do: 'pass', ms: 12_900 },
    ],
  },
  '[DOCK-4.40] two runs at once, one of which never gets a container, by clocks that differ': {
    setting: { ...calm, seed: 1_389_147_363, dockerSkew: -1_500 },
    actions: [
      { do: 'docker dies' },
      { do: 'start here', run: 5 },
      { do: 'start elsewhere', run: 2 },
      { do: 'step', run: 2, how: 83 },
      { do: 'pass', ms: 900 },
      { do: 'pass', ms: 900 },
      { do: 'follow', run: 2 },
      { do: 'step', run: 5, how: 200 },
    ],
  },
}
