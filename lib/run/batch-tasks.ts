/** A task of a batch, as the files of its spec say now. */
export interface BatchTask {
  id: string
  /** Null where no title of it is known. */
  title: string | null
  /** The backend says that it has merged it. It writes no other status that means something. */
  completed?: true
}

/** What the plan and the tasks of a spec say now of one batch. */
export interface BatchTasks {
  /**
   * Whether the plan could be read: `missing` and `unreadable` as of its file, `unknown` where the backend can't be asked, `other`
   * where the plan does not hold this batch.
   */
  plan: 'read' | 'missing' | 'unreadable' | 'unknown' | 'other'
  /** Whether the titles could be read. */
  titles: 'read' | 'missing' | 'unreadable' | 'unknown'
  /** Why the backend can't be asked; empty if it has not answered yet, null if it has. */
  failure: string | null
  /** When it was read, by the server's clock; null if it was not. */
  readAt: string | null
  /** The model that the plan names for the batch; null if it names none. */
  model: string | null
  tasks: BatchTask[]
  /** How many further tasks the batch has. */
  more: number
}
