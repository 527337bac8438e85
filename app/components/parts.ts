/** What a page needs only after its first paint. */
export { StopDialog } from './run/stop-dialog'
export { PageTools } from './tools/page-tools'
