export { Pasts } from './pasts'
