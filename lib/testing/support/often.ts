/**
 * How often a test repeats what takes long: `short` every day, `long` where the environment has `LONG`. What is asserted is
 * the same.
 */
export const often = (short: number, long: number): number => (process.env['LONG'] === undefined ? short : long)
