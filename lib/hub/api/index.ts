export {
  type HubApi,
  HubError,
  type ImportsApi,
  type LogPage,
  type LogQuery,
  type SpecPlan,
  type StartRequest,
} from './hub-api'
export { asking } from './map-backend-errors'
export { type HubMeter, type HubState, unmetered } from './meter'
export { ReachedBounds } from './reached-bounds'
export { hubRefusals } from './refusals'
export { thinned } from './sampled'
