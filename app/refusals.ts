/**
 * The refusals that the page itself words [SAY-8]: sentences that say what happened, where, and what to do next. The server's
 * refusals are shown in the server's words. These are in the first script of every page; for the others see `rare-refusals.ts`.
 */
export const pageRefusals = {
  unknownRun: (isOperator: boolean) =>
    `It may have been started elsewhere, or was over long ago. If the backend knows it, ${isOperator ? 'this page' : 'an operator'} can follow it.`,
  pageFailed: () =>
    'Runs are not touched by this: only their display failed. Try again; if it stays so, look into the log of the Groundtruth server',
  /** @param method a request that changes something must not be repeated before its outcome is known [SAY-1.7] */
  noAnswer: (method: string) =>
    `The Groundtruth server gave no usable answer. Check the connection, and that the server runs. ${again(method)}`,
  unreadableAnswer: (method: string) =>
    `The Groundtruth server gave no usable answer: it can’t be read. Reload this page. ${again(method)}`,
  noWords: (status: number, method: string) =>
    `The server, or a proxy before it, answered HTTP ${status} and no reason. The server’s log says why, if it was the server. ${again(method)}`,
  downloadRefused: (what: string, status: number) =>
    `${what} can’t be downloaded: HTTP ${status}, from the server or a proxy before it. Try again.`,
  downloadBroke: (what: string) =>
    `${what} can’t be downloaded: no answer came, or it broke off. Check the connection, then try again.`,
} satisfies Record<string, (...facts: never[]) => string>

const again = (method: string) =>
  method === 'GET'
    ? 'Then try again.'
    : 'What was asked for may have been done all the same: see whether it was before you try again.'
