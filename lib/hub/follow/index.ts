export { BackendLink } from './backend-link'
export { PlanReadings } from './plan-readings'
export { FollowSession, type FollowSessionHost } from './follow-session'
export { UnheardStarts } from './unheard-starts'
