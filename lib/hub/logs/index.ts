export { AgentLogs } from './agent-logs'
export { LogBudget } from './log-budget'
export { LogBuffer, RUN_LOG } from './log-buffer'
export { pageOfLog } from './log-page'
