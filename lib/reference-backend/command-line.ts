import { once } from 'node:events'
import type { Generation } from './generation'

const NAMES = ['ann', 'build-server', 'bob', 'cleo']

/** Every refusal of `npm run demo` [SAY-6], as sentences for people. */
export const demoRefusals = {
  badOption: (cause: Error) =>
    new Error(`${cause.message.split(/\.\s/)[0] ?? ''}. It takes --generation, --speed and --sites.`),
  generation: (text: string) => new Error(`There is no generation "${text}". After --generation take A, B or C.`),
  speed: () => new Error('--speed must be a number above 0, for example 10.'),
  sites: () => new Error(`--sites must be a whole number from 1 to ${NAMES.length}.`),
  port: () => new Error('PORT must be a whole number from 1 to 65535. Leave it unset for 4400.'),
  noPort: (from: number) => new Error(`No port from ${from} up is free. Set PORT to a smaller number.`),
  notBuilt: (exitCode: number | null) =>
    new Error(`"npm run build" failed (exit code ${exitCode ?? 'none'}). What it printed above says why.`),
  slowDashboard: (seconds: number) =>
    new Error(`The dashboard was not ready within ${seconds} s. What it printed above may say why; try again.`),
  dashboardEnded: (how: string) =>
    new Error(`The dashboard's process ended by itself (${how}). What it printed above says why.`),
  calledOff: () => new Error('The start of the dashboard was called off. Start the demo again.'),
  runRefused: (status: number, words: string) => new Error(`The dashboard did not start the run: ${status} ${words}`),
}

/** `A`, `B` or `C`; throws a readable message for anything else. */
export function generationOf(text: string): Generation {
  if (text === 'A' || text === 'B' || text === 'C') return text
  throw demoRefusals.generation(text)
}

/** The factor by which agents work faster than scripted; throws a readable message unless it is a number above 0. */
export function speedOf(text: string): number {
  const speed = Number(text)
  if (speed > 0) return speed
  throw demoRefusals.speed()
}

/**
 * The names of so many sites; a single one has none, as in a dashboard with BACKEND_URL alone. Throws a readable message for any other
 * number.
 */
export function sitesOf(text: string): readonly (string | null)[] {
  const count = Number(text)
  if (count === 1) return [null]
  if (Number.isInteger(count) && count > 1 && count <= NAMES.length) return NAMES.slice(0, count)
  throw demoRefusals.sites()
}

/** The port to begin with; throws a readable message if it is not a port. */
export function portOf(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port
  throw demoRefusals.port()
}

/** Settles when the process is asked to end, by Ctrl-C or SIGTERM. */
export async function whenAsked(): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
}
