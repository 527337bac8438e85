import { densityScript } from './density'
import { themeScript } from './theme'

/**
 * Runs in the document's head before the first paint, so that the page never flashes in another theme or density than the reader
 * has chosen. A constant, because the Content-Security-Policy allows it by its hash.
 */
export const firstPaintScript = `${themeScript};${densityScript}`
