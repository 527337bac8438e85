/** How often a test repeats a slow action: `short` every day, `long` if the environment has `LONG`. The assertions are the same. */
export const often = (short: number, long: number): number => (process.env['LONG'] === undefined ? short : long)
