/** Each call is counted, but a flood of them must not become a flood of log lines: the 1st, 2nd, 4th, 8th … is written. */
export function sampled(write: (details: object) => void): (details: object) => void {
  let count = 0
  return details => {
    count += 1
    if (Number.isInteger(Math.log2(count))) write({ ...details, count })
  }
}
