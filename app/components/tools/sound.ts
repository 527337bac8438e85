import { pageLocks, type Locks } from './page-locks'
import type { Tone } from './said-aloud'

/** No two tones come nearer to each other than this, ms, in whichever tabs of the browser [PAGE-8.8]. */
const QUIET_MS = 4_000
/** So long the browser may take to begin, ms: what comes later would be heard as news. */
const PATIENCE_MS = 500

/** The notes of each tone, Hz: one rises and one falls, so that they differ also to those who hear no pitch exactly. */
const NOTES = { good: [659, 880], bad: [440, 370, 294] } as const
const NOTE_S = 0.16
const LOUDNESS = 0.12

type Heard = Exclude<Tone, null>

/**
 * Plays a tone, unless one like it was just played here or in another tab; one for bad news waits for others, one for good news gives
 * way. Returns whether the browser plays sound at all.
 */
export async function play(tone: Heard): Promise<boolean> {
  if (!('AudioContext' in window)) return false
  const context = new AudioContext()
  try {
    // A browser plays nothing before the reader has clicked on the page. Another tab may do it then.
    if (!(await isRunning(context))) return false
    const locks: Locks = 'locks' in navigator ? navigator.locks : pageLocks
    await locks.request(`groundtruth-${tone}`, { ifAvailable: true }, async isFirst => {
      if (isFirst === null) return
      await locks.request('groundtruth-sound', { ifAvailable: tone === 'good' }, async isFree => {
        if (isFree === null) return
        sound(context, tone)
        await after(QUIET_MS)
      })
    })
    return true
  } finally {
    await context.close()
  }
}

async function isRunning(context: AudioContext): Promise<boolean> {
  if (context.state !== 'running') await Promise.race([context.resume(), after(PATIENCE_MS)])
  return context.state === 'running'
}

const after = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))

/** Each note begins and ends softly: a wave that is cut clicks. */
function sound(context: AudioContext, tone: Heard): void {
  for (const [n, pitch] of NOTES[tone].entries()) {
    const from = context.currentTime + n * NOTE_S
    const volume = new GainNode(context, { gain: 0 })
    volume.gain.setValueAtTime(0, from)
    volume.gain.linearRampToValueAtTime(LOUDNESS, from + 0.02)
    volume.gain.linearRampToValueAtTime(0, from + NOTE_S)
    const wave = new OscillatorNode(context, { type: 'triangle', frequency: pitch })
    wave.connect(volume).connect(context.destination)
    wave.start(from)
    wave.stop(from + NOTE_S)
  }
}
