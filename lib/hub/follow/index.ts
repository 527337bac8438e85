export { BackendLink } from './backend-link'
export { PlanReadings } from './plan-readings'
export { Session, type SessionHost } from './session'
