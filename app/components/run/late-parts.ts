/** What a run's page shows beside its first paint. */
export { Eta } from './eta/eta'
export { MomentBar } from './moment/moment-bar'
export { RecordingActions } from './recording-actions'
export { LastLines } from './summary/last-lines'
export { RunSummary } from './summary/run-summary'
export { Views } from './views/views'
export { VirtualRows } from './virtual-rows'
