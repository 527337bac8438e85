export {
  type FoundLines,
  type HubApi,
  HubError,
  type ImportsApi,
  type LineFilter,
  type LogPage,
  type LogChoice,
  type LogQuery,
  type LogSearch,
  type LogsApi,
  type Moments,
  type SpecPlan,
  type NoteRequest,
  type StartRequest,
} from './hub-api'
export { mapBackendErrors } from './map-backend-errors'
export { type HubMeter, type HubState, unmetered } from './meter'
export { ReachedBounds } from './reached-bounds'
export { hubRefusals } from './refusals'
export { sampled } from './sampled'
