/**
 * Every refusal that the page itself words [SAY-8]: sentences that say what happened, where, and what to do next. The server's
 * refusals are shown in the server's words.
 */
export const pageRefusals = {
  unknownPage: () =>
    'No page is at this address. Runs are at /runs/ and their id, imported recordings at /imports/ and theirs, specs at /specs, ' +
    'containers at /containers. Check the address, or look on the fleet page, which lists them.',
  unknownRun: (isOperator: boolean) =>
    `It may have been started elsewhere, or was over long ago. If the backend knows it, ${isOperator ? 'this page' : 'an operator'} can follow it.`,
  unknownToBackend: (runId: string) =>
    `The backend does not know ${runId}. Check the id; a backend that was restarted forgets its runs.`,
  unknownSpec: () =>
    'Neither the backend nor any run has a spec of this name. Check the address, or look on the page of all specs.',
  unknownImport: () =>
    'No import has this address, or it was removed. Whoever has the exported file can import it again, on the fleet page.',
  pageFailed: () =>
    'Runs are not touched by this: only their display failed. Try again; if it stays so, look into the log of the Groundtruth server',
  unknownToken: () =>
    'The token is not known here. Check that all of it was copied, or ask whoever runs this server for a new one.',
  tooManyTries: () => 'Too many tokens were tried from your address. Wait a minute, then try again.',
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
