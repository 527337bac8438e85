import type { Publisher, StatePublisher } from '../sync/publisher'
import { scopeAt } from '../sync/scope'

/** Publishes the states of one site under that site's scopes [SITE-2]. */
export function sitePublisher(publisher: Publisher, site: string): StatePublisher {
  return {
    open: (scope, source) => publisher.open(scopeAt(site, scope), source),
    openLog: (scope, source) => publisher.openLog(scopeAt(site, scope), source),
    touch: scope => publisher.touch(scopeAt(site, scope)),
    resetEpoch: scope => publisher.resetEpoch(scopeAt(site, scope)),
    close: scope => publisher.close(scopeAt(site, scope)),
    read: scope => publisher.read(scopeAt(site, scope)),
  }
}
