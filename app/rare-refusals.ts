/** The refusals in a page's own words [SAY-8] that only one page or dialog shows: other pages do not load them [PAGE-4.1]. */
export const rareRefusals = {
  unknownPage: () =>
    'No page is at this address. Runs are at /runs/ and their id, imported recordings at /imports/ and theirs, specs at /specs, ' +
    'containers at /containers. Check the address, or look on the fleet page, which lists them.',
  unknownToBackend: (runId: string) =>
    `The backend does not know ${runId}. Check the id; a backend that was restarted forgets its runs.`,
  unknownSpec: () =>
    'Neither the backend nor any run has a spec of this name. Check the address, or look on the page of all specs.',
  unknownImport: () =>
    'No import has this address, or it was removed. Whoever has the exported file can import it again, on the fleet page.',
  unknownToken: () =>
    'The token is not known here. Check that all of it was copied, or ask whoever runs this server for a new one.',
  tooManyTries: () => 'Too many tokens were tried from your address. Wait a minute, then try again.',
} satisfies Record<string, (...facts: never[]) => string>
