export { EarlierDurations } from './earlier-durations'
export { ExpectedEnds } from './expected-ends'
export { SpecReads } from './spec-reads'
