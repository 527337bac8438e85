export { DiscoveredRuns } from './discovered-runs'
