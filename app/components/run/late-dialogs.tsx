import { lateComponent } from '../late-component'

/** The dialogs of a run's page: they open after a click. */
export const LateStopDialog = lateComponent(async () => (await import('./stop-dialog')).StopDialog)
export const LateImportDialog = lateComponent(async () => (await import('../import-dialog')).ImportDialog)
export const LateFollowDialog = lateComponent(async () => (await import('../follow-dialog')).FollowDialog)
