export { Imports } from './imports'
