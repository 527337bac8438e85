import { parseArgs } from 'node:util'
import { shownProse } from '../../run/text/display-text'
import { roles } from './person'
import { programRefusals, runProgram } from '../program-refusals'
import { isTokenName, makeToken } from './tokens'

const USAGE = `npm run token -- <name> --role ${roles.join('|')}`

/** Runs `npm run token`: makes a token, shows it once, and prints the line for TOKENS_FILE or TOKENS. */
function show(): void {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { role: { type: 'string' } } })
  const [name, ...rest] = positionals
  const role = roles.find(known => known === values.role)
  if (name === undefined) throw programRefusals.tokenWithoutName()
  if (rest.length > 0) throw programRefusals.tokenTooMuch()
  if (!isTokenName(name)) throw programRefusals.tokenName()
  if (role === undefined) throw programRefusals.tokenRole()
  const { secret, line } = makeToken(name, role)
  // Print the line alone on standard output, so that it can be appended to the file.
  console.error(
    `Give this token to ${name}; it is shown only now:\n\n  ${secret}\n\nAppend this line to TOKENS_FILE, or to TOKENS:\n`,
  )
  console.log(line)
}

await runProgram(USAGE, show, shownProse)
