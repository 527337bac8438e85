/** What a cookie proves: the holder of the token with this hash opened the session. The session expires at `endsAt` (ms). */
export interface Session {
  id: string
  tokenHash: string
  endsAt: number
}
