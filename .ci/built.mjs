import { existsSync } from 'node:fs'

// A failed build leaves no BUILD_ID.
if (!existsSync('dist/server.mjs') || !existsSync('.next/BUILD_ID')) {
  console.error('Groundtruth is not built yet: run "npm run build" first.')
  process.exit(1)
}
