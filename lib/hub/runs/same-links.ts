import { isOver } from '../../run/is-over'
import type { Links } from '../../run/links'
import type { Derived } from '../../run/view'

/** Whether both links have the same meaning for the run. To a finished run, new lists of containers mean nothing. */
export const isSameForRun = (a: Links, b: Links, { view }: Derived): boolean =>
  isAsFresh(a, b) && (a.docker.lists[0] === b.docker.lists[0] || isOver(view.status))

/** The same as far as a verdict of the past depends on it: lists of containers matter to a batch that lacks one. */
export const isSameFreshness = (a: Links, b: Links, { view }: Derived): boolean =>
  isAsFresh(a, b) &&
  (a.docker.lists[0] === b.docker.lists[0] ||
    !view.batches.some(({ status, containers }) => status === 'running' && containers.length === 0))

const isAsFresh = (a: Links, b: Links): boolean =>
  a.backend.link === b.backend.link &&
  a.backend.since === b.backend.since &&
  a.docker.link === b.docker.link &&
  a.docker.since === b.docker.since &&
  a.docker.imageMissing === b.docker.imageMissing &&
  a.undecided === b.undecided
