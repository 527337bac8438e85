/** The value below which this share of the values lies; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * share) - 1] ?? sorted[0] ?? NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)
