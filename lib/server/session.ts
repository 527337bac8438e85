/** What a cookie proves: who held the token of this hash opened the session, which ends by itself at `endsAt` (ms). */
export interface Session {
  id: string
  tokenHash: string
  endsAt: number
}
