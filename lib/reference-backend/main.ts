import { parseArgs } from 'node:util'
import { generationOf, speedOf, whenAsked } from './command-line'
import { startReferenceBackend } from './server'

/**
 * Runs the backend alone until it is interrupted, with agents in containers if Docker is available: `tsx
 * lib/reference-backend/main.ts --project DIR --port N --generation B`
 */
const { values } = parseArgs({
  options: {
    project: { type: 'string', default: '.' },
    port: { type: 'string', default: '3000' },
    generation: { type: 'string', default: 'B' },
    speed: { type: 'string', default: '1' },
  },
})

const backend = await startReferenceBackend({
  project: values.project,
  port: Number(values.port),
  generation: generationOf(values.generation),
  speed: speedOf(values.speed),
  docker: process.env['DOCKER'] === 'off' ? 'off' : 'auto',
})
console.log(`Backend: ${backend.url} (generation ${values.generation}, ${backend.agents})`)
await whenAsked()
await backend.close()
