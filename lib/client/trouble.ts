import * as z from 'zod/mini'

/**
 * Why a page has no connection to its server. `refused`: the server refused it, with this message. `http`: a server or proxy on
 * the way answered with this status. `foreign`: the answer is not the dashboard's. `silent`: no answer came in time. `mute`: a
 * connection opened, but a question over it was not answered. `unreachable`: there was no answer at all.
 */
export type Trouble =
  | { readonly kind: 'refused'; readonly words: string }
  | { readonly kind: 'http'; readonly status: number }
  | { readonly kind: 'foreign' | 'silent' | 'mute' | 'unreachable' }

/** The server's refusal of a handshake, as engine.io sends it. */
const refusal = z.object({ code: z.literal(4), message: z.string().check(z.maxLength(200)) })

const polled = z.object({
  message: z.enum(['xhr poll error', 'xhr post error']),
  description: z.number(),
  context: z.catch(z.optional(z.object({ responseText: z.string() })), undefined),
})

/** Reads the error that socket.io reports for a connection that failed or broke. */
export function troubleOf(error: unknown): Trouble {
  const message = error instanceof Error ? error.message : ''
  if (message === 'timeout') return { kind: 'silent' }
  if (message === 'server error') return { kind: 'foreign' }
  const { data } = polled.safeParse(error)
  if (data === undefined || data.description === 0) return { kind: 'unreachable' }
  const said = refusal.safeParse(parsed(data.context?.responseText))
  if (data.description === 403 && said.success) return { kind: 'refused', words: said.data.message }
  return { kind: 'http', status: data.description }
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    // The text is a proxy's page, not the server's answer.
    return undefined
  }
}
