import type { Action, Story } from './actions'

const kindOf = (action: Action) => `${action.do} ${'run' in action ? action.run : ''}`

/** A way to play a story: `play`, or `play` with a fault. */
export type Telling = (story: Story) => Promise<unknown>

/** The error of playing the story; null if it passes. */
export async function wrongIn(tell: Telling, story: Story): Promise<Error | null> {
  try {
    await tell(story)
    return null
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/**
 * The failing story, as short as it becomes in the time. First all actions of one kind are left out, then smaller and smaller
 * parts, as long as the story still fails without them.
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

/** A story as source text, ready to be pinned. */
export function printed({ setting, actions }: Story): string {
  const lines = actions.map(action => `    ${JSON.stringify(action)},\n`).join('')
  return `{\n  setting: ${JSON.stringify(setting)},\n  actions: [\n${lines}  ],\n}`
}
