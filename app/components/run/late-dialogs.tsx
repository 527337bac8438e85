import { lateComponent } from '../late-component'
import { lateParts } from '../late-parts'

/** Opens after a click. The other dialogs of a page are opened by its tools: `data-opens`. */
export const LateStopDialog = lateComponent(async () => (await lateParts()).StopDialog)
