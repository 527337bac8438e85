import type { Action, Story } from '../actions'
import { CLEAR } from '../simulated-network'

const calm = { seed: 0, generation: 'B', dryRun: false, backendSkew: 0, dockerSkew: 0 } as const

/** Where the dashboard restarts at the wrong moment, or two runs share what their backend keeps of them. */
export const pinnedOfRestarts: Record<string, Story> = {
  '[REC-3] a run of the history that is about to be given up, over two restarts': {
    setting: { ...calm, seed: 2_147_483_625, dryRun: true },
    actions: [
      { do: 'start elsewhere', run: 1 },
      ...[300, 4_000, 4_000, 12_000, 12_000, 900, 300, 4_000].map((ms): Action => ({ do: 'pass', ms })),
      ...[300, 12_000, 900, 4_000, 4_000, 300, 900, 300].map((ms): Action => ({ do: 'pass', ms })),
      { do: 'restart', down: 15_000, skew: 1_000, noticed: false, torn: false },
      { do: 'pass', ms: 900 },
      { do: 'restart', down: 15_000, skew: -1_000, noticed: true, torn: true },
    ],
  },
  '[RUN-8] an entry that two runs end, one after the other, while the dashboard restarts': {
    setting: { seed: 835_489_965, generation: 'C', dryRun: false, backendSkew: 1_500, dockerSkew: 1_500 },
    actions: [
      { do: 'pass', ms: 13_260 },
      { do: 'start here', run: 5 },
      ...[4_000, 60, 4_000, 4_000, 10].map((ms): Action => ({ do: 'pass', ms })),
      { do: 'resume elsewhere', run: 2, entry: 0 },
      { do: 'pass', ms: 310 },
      { do: 'step', run: 5, how: 163 },
      { do: 'step', run: 2, how: 81 },
      { do: 'pass', ms: 20 },
      { do: 'step', run: 2, how: 1 },
      { do: 'pass', ms: 4_970 },
      { do: 'step', run: 5, how: 119 },
      { do: 'step', run: 2, how: 128 },
      { do: 'restart', down: 2_000, skew: 1_000, noticed: false, torn: true },
    ],
  },
  '[RUN-16] a step forward that three connections show, on a machine whose clock was set while the dashboard was down':
    {
      setting: { ...calm, generation: 'C', seed: 1_126_547_572, dockerSkew: 1_500 },
      actions: [
        { do: 'pass', ms: 600 },
        { do: 'restart', down: 15_000, skew: 1_000, noticed: false, torn: true },
        { do: 'pass', ms: 2_100 },
        { do: 'start here', run: 1 },
        { do: 'pass', ms: 12_000 },
        { do: 'restart', down: 2_000, skew: -1_000, noticed: true, torn: true },
        { do: 'step', run: 1, how: 217 },
        { do: 'pass', ms: 10 },
        { do: 'restart', down: 15_000, skew: -1_000, noticed: false, torn: true },
        { do: 'pass', ms: 3_600 },
        { do: 'step', run: 1, how: 225 },
        { do: 'pass', ms: 900 },
        { do: 'step', run: 1, how: 161 },
        { do: 'step', run: 1, how: 234 },
        { do: 'cut readers' },
        { do: 'step', run: 1, how: 319 },
        { do: 'step', run: 1, how: 151 },
        { do: 'pass', ms: 60 },
        { do: 'step', run: 1, how: 343 },
        { do: 'step', run: 1, how: 227 },
      ],
    },
  '[RUN-13] an entry that another run ends, of which nobody here has heard, after the death of the first one': {
    setting: { seed: 2_147_483_629, generation: 'B', dryRun: true, backendSkew: 1_500, dockerSkew: 1_500 },
    actions: [
      { do: 'start here', run: 5 },
      { do: 'visit', skew: 3_600_000, ms: 300 },
      { do: 'backend dies' },
      { do: 'restart', down: 15_000, skew: 0, noticed: true, torn: false },
      { do: 'backend path', path: { ...CLEAR, silent: true } },
      { do: 'resume elsewhere', run: 2, entry: 2 },
      { do: 'step', run: 2, how: 154 },
      { do: 'step', run: 2, how: 363 },
    ],
  },
  '[RUN-8] a plan that two runs had written before the dashboard restarted, as one of them went on': {
    setting: { ...calm, generation: 'C', seed: 8 },
    actions: [
      { do: 'start here', run: 0 },
      { do: 'pass', ms: 12_000 },
      { do: 'step', run: 0, how: 384 },
      { do: 'pass', ms: 900 },
      { do: 'resume here', run: 4, entry: 0 },
      { do: 'pass', ms: 4_000 },
      { do: 'restart', down: 15_000, skew: -1_000, noticed: true, torn: false },
      { do: 'step', run: 0, how: 218 },
      { do: 'stop here', run: 4 },
    ],
  },
  '[REC-3] a run of the history that is followed by its own id just before the dashboard is killed': {
    setting: { ...calm, seed: 1_690_085_430, backendSkew: -1_500 },
    actions: [
      { do: 'start elsewhere', run: 4 },
      { do: 'step', run: 4, how: 13 },
      { do: 'pass', ms: 300 },
      { do: 'follow', run: 4 },
      { do: 'pass', ms: 10 },
      { do: 'restart', down: 0, skew: 1_000, noticed: true, torn: true },
    ],
  },
  '[RUN-8.10] a run that is aborted after another one, not followed, has completed their entry': {
    setting: { ...calm, seed: 2_147_483_617, dryRun: true },
    actions: [
      { do: 'start here', run: 5 },
      { do: 'pass', ms: 900 },
      { do: 'resume elsewhere', run: 2, entry: 2 },
      { do: 'step', run: 2, how: 17 },
      { do: 'step', run: 2, how: 161 },
      { do: 'pass', ms: 12_000 },
      { do: 'stop elsewhere', run: 5 },
      { do: 'pass', ms: 10 },
    ],
  },
}
