import type { Replay } from '../backend/replay'
import type { RunState } from './runs'
import { Session, type SessionHost } from './follow'

/** The runs that are followed at the backend right now, each by a session of its own. */
export class FollowedRuns {
  private readonly sessions = new Map<RunState, Session>()

  constructor(private readonly host: SessionHost) {}

  get size(): number {
    return this.sessions.size
  }

  has(state: RunState): boolean {
    return this.sessions.has(state)
  }

  get(state: RunState): Session | undefined {
    return this.sessions.get(state)
  }

  /** Nothing is listened to before `follow`. @param replay what is known of its messages from before a restart */
  begin(state: RunState, replay?: Replay): Session {
    const session = new Session(state, this.host, replay)
    this.sessions.set(state, session)
    return session
  }

  end(state: RunState): void {
    this.sessions.get(state)?.close()
    this.sessions.delete(state)
  }

  /** What was received and is not yet taken in, of all of them, about, in bytes. */
  get queuedBytes(): number {
    return [...this.sessions.values()].reduce((sum, { queued }) => sum + queued, 0)
  }

  /** The backend was asked how it is, or the way to it is another. */
  linksMayHaveChanged(): void {
    for (const session of this.sessions.values()) session.linkMayHaveChanged()
  }

  close(): void {
    for (const session of this.sessions.values()) session.close()
  }
}
