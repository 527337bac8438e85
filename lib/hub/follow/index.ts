export { BackendLink } from './backend-link'
export { Session, type SessionHost } from './session'
