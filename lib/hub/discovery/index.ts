export { UnannouncedRuns } from './discovered-runs'
