/** Lets a `style` set custom properties, which the style sheets of the timeline calculate with. */
declare module 'react' {
  interface CSSProperties {
    [name: `--${string}`]: string | number | undefined
  }
}

/** The range that the chart shows, and the moments up to which open bars go: ms since the run's start. */
export const chartStyle = (range: { from: number; to: number }, claims: number, evidence: number) => ({
  '--begin': range.from,
  '--span': range.to - range.from,
  '--claims': claims,
  '--seen': evidence,
})

/** The place of a moment or of a bar in the chart. Without an end it is where the live edge is. */
export const placeStyle = (from: number, to: number | null = null) => ({
  '--from': from,
  ...(to !== null && { '--to': to }),
})
