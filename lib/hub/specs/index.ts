export { EarlierDurations } from './earlier-durations'
export { SpecReads } from './spec-reads'
