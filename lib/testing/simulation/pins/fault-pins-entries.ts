import type { Story } from '../actions'
import { endsAsItBegins, endsByAnotherClock, givenUpTooEarly, twoInOneEntry } from './pinned-entries'

/** The pins of faults that appear in runs with a common spec or history entry. */
export const faultPinsOfEntries: Record<string, Story> = {
  '[RUN-13] a server that never looks into the history': {
    setting: { seed: 0, generation: 'B', dryRun: false, backendSkew: 0, dockerSkew: 0 },
    actions: [{ do: 'start elsewhere', run: 0 }],
  },
  '[RUN-13] a server that does not see that an entry has ended': {
    setting: { seed: 0, generation: 'B', dryRun: false, backendSkew: 0, dockerSkew: 0 },
    actions: [
      { do: 'start elsewhere', run: 2 },
      { do: 'pass', ms: 4000 },
      { do: 'step', run: 2, how: 0 },
      { do: 'pass', ms: 4000 },
      { do: 'step', run: 2, how: 0 },
    ],
  },
  '[RUN-13] a server that does not hear which entry is a run’s own': {
    setting: { seed: 0, generation: 'B', dryRun: false, backendSkew: 0, dockerSkew: 0 },
    actions: [
      { do: 'start elsewhere', run: 0 },
      { do: 'pass', ms: 4000 },
      { do: 'follow', run: 0 },
    ],
  },
  '[RUN-13] a server that never gives up a run of the history': {
    setting: { seed: 0, generation: 'B', dryRun: false, backendSkew: 0, dockerSkew: 0 },
    actions: [{ do: 'start elsewhere', run: 0 }],
  },
  '[RUN-13] a server that does not read in the plan what is at work': {
    setting: { seed: 0, generation: 'B', dryRun: false, backendSkew: 0, dockerSkew: 0 },
    actions: [
      { do: 'start elsewhere', run: 0 },
      { do: 'step', run: 0, how: 0 },
    ],
  },
  '[RUN-13] a server that does not hear which entry a run goes on with': {
    setting: { seed: 0, generation: 'B', dryRun: false, backendSkew: 0, dockerSkew: 0 },
    actions: [
      { do: 'start elsewhere', run: 0 },
      { do: 'stop elsewhere', run: 0 },
      { do: 'pass', ms: 4000 },
      { do: 'resume here', run: 4, entry: 0 },
    ],
  },
  '[RUN-13] a server that leaves a run open which another one has resumed': {
    setting: { seed: 0, generation: 'B', dryRun: false, backendSkew: 0, dockerSkew: 0 },
    actions: [
      { do: 'start here', run: 0 },
      { do: 'pass', ms: 4000 },
      { do: 'backend path', path: { refuses: false, silent: true, late: 0, twice: 0, lost: 0 } },
      { do: 'stop elsewhere', run: 0 },
      { do: 'backend path', path: { refuses: false, silent: false, late: 0, twice: 0, lost: 0 } },
      { do: 'cut readers' },
      { do: 'pass', ms: 4000 },
      { do: 'resume here', run: 4, entry: 0 },
    ],
  },
  '[RUN-13] a server that believes in an entry that was not found': {
    setting: { seed: 0, generation: 'B', dryRun: false, backendSkew: 0, dockerSkew: 0 },
    actions: [
      { do: 'start here', run: 0 },
      { do: 'pass', ms: 4000 },
      { do: 'resume here', run: 4, entry: 1 },
    ],
  },
  '[RUN-8] a server that forgets what was completed before': {
    setting: { seed: 0, generation: 'B', dryRun: false, backendSkew: 0, dockerSkew: 0 },
    actions: [
      { do: 'start here', run: 0 },
      { do: 'pass', ms: 4000 },
      { do: 'step', run: 0, how: 0 },
      { do: 'pass', ms: 4000 },
      { do: 'step', run: 0, how: 0 },
      { do: 'pass', ms: 4000 },
      { do: 'stop here', run: 0 },
      { do: 'pass', ms: 4000 },
      { do: 'start here', run: 4 },
    ],
  },
  '[RUN-8] a server that takes what another run wrote into the plan for a run’s own': {
    setting: { seed: 0, generation: 'B', dryRun: false, backendSkew: 0, dockerSkew: 0 },
    actions: [
      { do: 'start here', run: 0 },
      { do: 'start here', run: 4 },
      { do: 'pass', ms: 4000 },
      { do: 'step', run: 4, how: 0 },
      { do: 'pass', ms: 4000 },
      { do: 'step', run: 0, how: 0 },
      { do: 'pass', ms: 4000 },
      { do: 'step', run: 0, how: 0 },
    ],
  },
  '[RUN-8] a server that takes the entry of another run for that of one that has none': {
    setting: { seed: 29, generation: 'C', dryRun: false, backendSkew: 0, dockerSkew: 0 },
    actions: [
      { do: 'start elsewhere', run: 4 },
      { do: 'start here', run: 0 },
    ],
  },
  '[RUN-8.11] a server that takes what another run wrote into an entry for the doing of all that share it':
    twoInOneEntry,
  '[RUN-13.5] a server that reads no plan of a run that was given up': givenUpTooEarly,
  '[RUN-13.6] a server that takes a run which begins when another ends for its resume': endsAsItBegins,
  '[RUN-13] a server that reads an entry and its run’s end by two clocks': endsByAnotherClock,
}
