import { rm } from 'node:fs/promises'
import { build } from 'esbuild'

/**
 * Bundles the server and its packages into `dist`, because one file is loaded in a fraction of the time of a thousand. Next stays
 * outside: it finds its own files by where it is. A part that `server.ts` imports only when it needs it is a file of its own.
 */
await rm('dist', { recursive: true, force: true })
await build({
  entryPoints: ['server.ts'],
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // The packages do without these if they are not installed.
  external: ['next', '*.node', 'cpu-features', 'bufferutil', 'utf-8-validate'],
  // Packages of CommonJS call these, which a module does not have.
  banner: {
    js: [
      "import { createRequire as createRequireOfBundle } from 'node:module'",
      "import { fileURLToPath as pathInBundle } from 'node:url'",
      'const require = createRequireOfBundle(import.meta.url)',
      "const __filename = pathInBundle(import.meta.url), __dirname = pathInBundle(new URL('.', import.meta.url))",
    ].join('\n'),
  },
  logLevel: 'warning',
})
