import { gzipSync } from 'node:zlib'

/** The paths of the scripts that an HTML refers to, without those for browsers that know no modules. */
export function scriptsIn(html: string): Set<string> {
  const modern = html.replace(/<script\b[^>]*\bnomodule\b[^>]*>/gi, '')
  return new Set(modern.match(/\/_next\/static\/[^"?\\]+\.js/g))
}

/** Bytes after the best compression by gzip. */
export const gzippedSize = (script: Buffer): number => gzipSync(script, { level: 9 }).length
