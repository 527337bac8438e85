import { mkdirSync } from 'node:fs'
import { DataDirBusy, lockDataDir, Recorder } from '../hub/recording'
import { DEFAULT_SITE } from '../sync/scope'
import type { Config } from './config'
import type { Log } from './log'
import { dataDirOf } from './site-config'

/**
 * A recorder for each site, in their order, in a folder of its own. Locks `DATA_DIR` itself, too: imports and sessions are there,
 * whatever the sites are. Throws `DataDirBusy` if another dashboard has locked one of these folders.
 */
export function openRecorders({ dataDir, sites }: Pick<Config, 'dataDir' | 'sites'>, log: Log): Recorder[] {
  // The recorder of the default site locks it.
  if (sites.every(({ name }) => name !== DEFAULT_SITE)) hold(dataDir)
  return sites.map(({ name }) => new Recorder(dataDirOf(dataDir, name), log))
}

/** Locks a folder until the process ends. A folder that can't be written is told of by the recorders. */
function hold(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    lockDataDir(folder)
  } catch (error) {
    if (error instanceof DataDirBusy) throw error
  }
}
