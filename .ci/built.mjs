import { existsSync } from 'node:fs'

// A failed build leaves no BUILD_ID.
if (!existsSync('dist/server.mjs') || !existsSync('.next/BUILD_ID')) {
  console.error('Groundtruth is not built yet in this folder: run "npm run build" first, where its package.json is.')
  process.exit(1)
}
