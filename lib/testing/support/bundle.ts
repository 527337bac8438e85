import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../../..', import.meta.url))
/** Inside node_modules, because packages are not bundled and are resolved from the bundle's folder. */
const folder = join(root, 'node_modules/.cache/groundtruth')

/**
 * Bundles a program, but not its packages. A process of the bundle starts in a fraction of a transpiler's time.
 * Programs that read files beside their source cannot run from there.
 * @param program path from the repository's root, for example `lib/server/access/make-token.ts`
 * @returns the bundle's path, for `node`
 */
export async function bundleProgram(program: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [program],
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  })
  const path = join(folder, `${program.replaceAll(/\W+/g, '-')}.mjs`)
  // Rename the complete file: another run of the tests may be starting the same program.
  const unfinished = `${path}.${String(process.pid)}`
  await mkdir(folder, { recursive: true })
  await writeFile(unfinished, outputFiles[0]?.contents ?? '')
  await rename(unfinished, path)
  return path
}
