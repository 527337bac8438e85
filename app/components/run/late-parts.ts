/** What a run's page shows beside its first paint. */
export { Eta } from './eta/eta'
export { RunNotes } from './notes/run-notes'
export { MomentBar } from './moment/moment-bar'
export { Views } from './views/views'
export { VirtualRows } from './virtual-rows'
