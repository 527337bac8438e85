import { Access } from './access'
import type { Config } from '../config'
import { EndedSessions } from './ended-sessions'
import type { Log } from '../log'
import { keptSecret } from './session-secret'
import { Sessions } from './sessions'
import { TokensFile } from './tokens-file'
import type { Tokens } from './tokens'

/** What the sign-in needs: the valid tokens, and the open sessions. */
export interface SignInState {
  tokens: () => Tokens
  sessions: Sessions
}

const none: Tokens = new Map()

/**
 * Opens access control as configured. `signIn` is null without authentication. Throws a `ConfigError` if the tokens, the secret or
 * the list of signed-out sessions can't be had.
 * @param changed called after every change of the tokens
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
