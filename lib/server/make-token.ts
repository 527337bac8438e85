import { parseArgs } from 'node:util'
import { roles } from './person'
import { isTokenName, makeToken } from './tokens'

const USAGE = `npm run token -- <name> --role ${roles.join('|')}`

/** What `npm run token` does: makes a token, shows it once, and gives the line for TOKENS_FILE or TOKENS. */
function show(): void {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { role: { type: 'string' } } })
  const [name, ...rest] = positionals
  const role = roles.find(known => known === values.role)
  if (name === undefined || rest.length > 0 || role === undefined || !isTokenName(name)) {
    throw new Error('A name of 1 to 64 letters, digits and _.@+-, and a role, are needed.')
  }
  const { secret, line } = makeToken(name, role)
  // The line alone on standard output, so that it can be appended to the file.
  console.error(
    `Give this token to ${name}; it is shown only now:\n\n  ${secret}\n\nAppend this line to TOKENS_FILE, or to TOKENS:\n`,
  )
  console.log(line)
}

try {
  show()
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
  process.exit(1)
}
