import type { Deed, Story } from './actions'

const kindOf = (deed: Deed) => `${deed.do} ${'run' in deed ? deed.run : ''}`

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
 * The story that goes wrong, as short as is found in the time: leaves out all deeds of one kind, then ever smaller parts, as
 * long as it goes on to go wrong without them.
 * @param within ms
 */
export async function shrunk(story: Story, tell: Telling, within: number): Promise<Story> {
  const until = performance.now() + within
  const isTime = () => performance.now() < until
  let left = story.deeds
  const leaveOut = async (without: readonly Deed[]): Promise<boolean> => {
    if ((await wrongIn(tell, { ...story, deeds: without })) === null) return false
    left = without
    return true
  }
  for (const kind of new Set(left.map(kindOf))) {
    if (isTime()) await leaveOut(left.filter(deed => kindOf(deed) !== kind))
  }
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < left.length && isTime();) {
      if (!(await leaveOut(left.toSpliced(from, size)))) from += size
    }
  }
  return { ...story, deeds: left }
}

/** A story as it is to be pinned. */
export function printed({ setting, deeds }: Story): string {
  const lines = deeds.map(deed => `    ${JSON.stringify(deed)},\n`).join('')
  return `{\n  setting: ${JSON.stringify(setting)},\n  deeds: [\n${lines}  ],\n}`
}
