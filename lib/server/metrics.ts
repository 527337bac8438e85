import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { type HubMeter, type HubState, sampled } from '../hub/api'
import { linkState, runStatus } from '../run/model'
import type { ConnectionStats, GatewayMeter } from './gateway'
import type { Log } from './log'

/** Every bound whose refusals are counted. Each has a series from the start [SAFE-5]. */
const bounds = [
  'sockets',
  'sockets-of-address',
  'sockets-of-person',
  'subscriptions',
  'messages',
  'message-size',
  'control-frames',
  'malformed-frames',
  'connections',
  'connections-of-address',
  'pipelined',
  'renderings',
  'downloads',
  'body-size',
  'slow-body',
  'sign-ins',
  'tokens',
  'changes',
  'runs',
  'imports',
  'pasts',
  'batches',
  'state-messages',
  'findings',
] as const
export type Bound = (typeof bounds)[number]

/** Counts refusals. `details`: what the log says about a refusal. */
export interface RefusalMeter {
  refused(bound: Bound, details?: object): void
}

/** Logs the 1st, 2nd, 4th, 8th … refusal of each bound, so that a flood of refusals does not flood the log. */
export function refusalLog(log: Log): (bound: Bound, details: object) => void {
  const write = (details: object) => log.warn(details, 'refused: a bound is reached')
  const each = new Map(bounds.map(bound => [bound, sampled(write)]))
  return (bound, details) => each.get(bound)?.({ bound, ...details })
}

/** The sources that each reading of the metrics asks. Nothing is kept up to date between readings. */
export interface Measured {
  /** The hub of each site. */
  hubs: readonly { readonly site: string | null; state(): HubState }[]
  gateway: { connectionStats(): ConnectionStats }
}

/** What a reading is made from. `site`: the label of its numbers; none if there can be only one. */
interface Reading extends ConnectionStats {
  sites: readonly (HubState & { site: { site?: string } })[]
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)

/** The label `site` of a line. In other labels' values, the quotation mark is escaped. */
const OF_SITE = /[{,]site="([^"]*)"[,}]/

const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const SCOPES = [
  ...['fleet', 'containers', 'run', 'log', 'merged', 'lines'],
  ...['import', 'import-log', 'import-merged', 'import-lines'],
] as const

/**
 * All metrics of the server, for Prometheus. Only this class uses the Prometheus client. Labels take few values: no run, page or
 * container has a series of its own [SAFE-5].
 */
export class Metrics implements HubMeter, GatewayMeter, RefusalMeter {
  readonly #registry = new Registry()
  readonly #here = { registers: [this.#registry] }
  readonly #shows: ((now: Reading) => void)[] = []
  #measure: () => void = () => undefined

  readonly #messages = new Counter({
    ...this.#here,
    name: 'groundtruth_messages_total',
    help: "Messages of the backend's that were not known before, by what they say.",
    labelNames: ['kind'],
  })
  readonly #unparsed = new Counter({
    ...this.#here,
    name: 'groundtruth_unparsed_total',
    help: 'Frames that are no message, or one with unknown words.',
  })
  readonly #lag = new Histogram({
    ...this.#here,
    name: 'groundtruth_backend_lag_seconds',
    help: "From a live message's stamp to its receipt, corrected for the difference of the clocks.",
    buckets: SECONDS,
  })
  readonly #waited = new Histogram({
    ...this.#here,
    name: 'groundtruth_message_wait_seconds',
    help: 'From the receipt of a message until it was taken in.',
    buckets: SECONDS,
  })
  readonly #published = new Histogram({
    ...this.#here,
    name: 'groundtruth_publish_seconds',
    help: 'From a change of a state that pages follow until the step went out to them.',
    buckets: SECONDS,
  })
  readonly #sent = new Counter({
    ...this.#here,
    name: 'groundtruth_sent_total',
    help: 'Messages that were encoded for pages, once however many got them.',
    labelNames: ['what'],
  })
  readonly #characters = new Counter({
    ...this.#here,
    name: 'groundtruth_sent_characters_total',
    help: 'What states and steps came to, counted for each page that got them.',
    labelNames: ['what'],
  })
  readonly #refused = new Counter({
    ...this.#here,
    name: 'groundtruth_refused_total',
    help: 'What was refused, or left out, because a bound was reached.',
    labelNames: ['bound'],
  })
  readonly #droppedLines = new Counter({
    ...this.#here,
    name: 'groundtruth_dropped_lines_total',
    help: 'Lines that logs had to let go of, the oldest first, to keep within their bounds.',
  })

  readonly #tell: (bound: Bound, details: object) => void

  /** @param tell called for each refusal, for example to log it */
  constructor(tell: (bound: Bound, details: object) => void = () => undefined) {
    this.#tell = tell

    for (const bound of bounds) this.#refused.inc({ bound }, 0)
  }

  message(kind: string, waited: number, lag: number | null): void {
    this.#messages.inc({ kind })
    this.#waited.observe(waited / 1_000)
    if (lag !== null) this.#lag.observe(lag / 1_000)
  }

  unparsed(): void {
    this.#unparsed.inc()
  }

  sent(what: string, characters: number, pages: number): void {
    this.#sent.inc({ what })
    this.#characters.inc({ what }, characters * pages)
  }

  refused(bound: Bound, details: object = {}): void {
    this.#refused.inc({ bound })
    this.#tell(bound, details)
  }

  dropped(lines: number): void {
    this.#droppedLines.inc(lines)
  }

  /** Counts a change that was sent this many ms after it was made [SYNC-4]. */
  published(ms: number): void {
    this.#published.observe(ms / 1_000)
  }

  /** Adds the current numbers of hubs and gateway to each reading; a reading asks each of them once. Called once. */
  watch({ hubs, gateway }: Measured): void {
    collectDefaultMetrics({ register: this.#registry })
    const perSite = ['site'] as const
    this.#gauge(
      'groundtruth_link',
      '1 for the state that the link is in.',
      ['source', 'state', ...perSite],
      (gauge, { sites }) => {
        for (const { site, links } of sites) {
          for (const [source, link] of Object.entries(links)) {
            for (const state of linkState.options) gauge.set({ source, state, ...site }, state === link ? 1 : 0)
          }
        }
      },
    )
    this.#gauge('groundtruth_runs', 'Runs that are known, by status.', ['status', ...perSite], (gauge, { sites }) => {
      for (const { site, runs } of sites) {
        for (const status of runStatus.options) gauge.set({ status, ...site }, runs.get(status) ?? 0)
      }
    })
    this.#gauge('groundtruth_log_bytes', 'What all logs take of memory, about.', [], (gauge, { sites }) => {
      gauge.set(sum(sites.map(({ logBytes }) => logBytes)))
    })
    this.#gauge(
      'groundtruth_stream_queue_bytes',
      'Received from the backend, and not yet taken in.',
      [],
      (gauge, { sites }) => {
        gauge.set(sum(sites.map(({ queuedBytes }) => queuedBytes)))
      },
    )
    this.#gauge('groundtruth_pages', 'Pages that are connected.', [], (gauge, { sockets }) => {
      gauge.set(sockets)
    })
    this.#gauge('groundtruth_slow_pages', 'Pages that do not keep up.', [], (gauge, { slow }) => {
      gauge.set(slow)
    })
    this.#gauge('groundtruth_subscriptions', 'What pages follow, by kind.', ['scope'], (gauge, { subscriptions }) => {
      for (const scope of SCOPES) gauge.set({ scope }, subscriptions.get(scope) ?? 0)
    })
    this.#measure = () => {
      const sites = hubs.map(hub => ({ ...hub.state(), site: hub.site === null ? {} : { site: hub.site } }))
      const now = { sites, ...gateway.connectionStats() }
      for (const show of this.#shows) show(now)
    }
  }

  /**
   * All metrics, in the text format of Prometheus.
   * @param shows whether a site's own numbers are told; the sums over all sites always are
   */
  async text(shows: (site: string) => boolean = () => true): Promise<string> {
    this.#measure()
    const lines = (await this.#registry.metrics()).split('\n')
    const isTold = (site: string | undefined) => site === undefined || shows(site)
    return lines.filter(line => isTold(OF_SITE.exec(line)?.[1])).join('\n')
  }

  #gauge<L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    show: (gauge: Gauge<L>, now: Reading) => void,
  ): void {
    const gauge = new Gauge({ ...this.#here, name, help, labelNames })
    this.#shows.push(now => show(gauge, now))
  }
}
