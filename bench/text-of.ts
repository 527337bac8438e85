import type { RawData } from 'ws'

/** The text of a WebSocket's message. It comes as one `Buffer`, unless the socket was told otherwise. */
export const textOf = (data: RawData): string => (Buffer.isBuffer(data) ? data.toString() : '')
