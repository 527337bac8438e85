export { SpecReads } from './spec-reads'
