import { Access } from './access'
import type { Config } from './config'
import { EndedSessions } from './ended-sessions'
import type { Log } from './log'
import { keptSecret } from './session-secret'
import { Sessions } from './sessions'
import { TokensFile } from './tokens-file'
import type { Tokens } from './tokens'

/** Where signing in is asked for: whose tokens count, and who is signed in. */
export interface SignInState {
  tokens: () => Tokens
  sessions: Sessions
}

const none: Tokens = new Map()

/**
 * Who may come in, as configured. `signIn` is null where nobody is asked; `changed` is called after every change of the
 * tokens. Throws a `ConfigError` where tokens, the secret or who signed out can't be had.
 */
export function openAccess({ access: { authentication, publicUrl }, dataDir }: Config, log: Log, changed: () => void) {
  if (authentication === null) {
    return { access: new Access({ authentication, publicUrl }), signIn: null, close: () => undefined }
  }
  const { tokens, sessionSecret, proxyUser } = authentication
  const file = tokens !== null && 'file' in tokens ? new TokensFile(tokens.file, log, changed) : null
  const held = tokens !== null && 'held' in tokens ? tokens.held : none
  const signIn: SignInState = {
    tokens: () => file?.tokens ?? held,
    sessions: new Sessions(sessionSecret ?? keptSecret(dataDir), new EndedSessions({ dataDir, log })),
  }
  const access = new Access({ authentication: { ...signIn, proxyUser }, publicUrl })
  return { access, signIn, close: () => file?.close() }
}
