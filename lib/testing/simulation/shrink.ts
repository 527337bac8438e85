import type { Action, Story } from './actions'

const kindOf = (action: Action) => `${action.do} ${'run' in action ? action.run : ''}`

/** What a story is told as: `play`, or that with a fault in it. */
export type Telling = (story: Story) => Promise<unknown>

/** Why the telling goes wrong; null where it does not. */
export async function wrongIn(tell: Telling, story: Story): Promise<Error | null> {
  try {
    await tell(story)
    return null
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/**
 * The story that goes wrong, as short as is found in the time: leaves out all actions of one kind, then ever smaller parts, as
 * long as it goes on to go wrong without them.
 * @param within ms
 */
export async function shrunk(story: Story, tell: Telling, within: number): Promise<Story> {
  const until = performance.now() + within
  const isTime = () => performance.now() < until
  let left = story.actions
  const leaveOut = async (without: readonly Action[]): Promise<boolean> => {
    if ((await wrongIn(tell, { ...story, actions: without })) === null) return false
    left = without
    return true
  }
  for (const kind of new Set(left.map(kindOf))) {
    if (isTime()) await leaveOut(left.filter(action => kindOf(action) !== kind))
  }
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < left.length && isTime();) {
      if (!(await leaveOut(left.toSpliced(from, size)))) from += size
    }
  }
  return { ...story, actions: left }
}

/** A story as it is to be pinned. */
export function printed({ setting, actions }: Story): string {
  const lines = actions.map(action => `    ${JSON.stringify(action)},\n`).join('')
  return `{\n  setting: ${JSON.stringify(setting)},\n  actions: [\n${lines}  ],\n}`
}
