import { Name } from '../outside'
import type { BatchNames } from './log'

/** The name of a batch, or of the backend. */
export const Speaker = ({ batch, names }: { batch: string | null; names: BatchNames | undefined }) =>
  batch === null ? 'Backend' : <Name text={names?.get(batch) ?? batch} />
