/** Writes the 1st, 2nd, 4th, 8th … call to the log, with the count. So many calls do not become many log lines. */
export function sampled(write: (details: object) => void): (details: object) => void {
  let count = 0
  return details => {
    count += 1
    if (Number.isInteger(Math.log2(count))) write({ ...details, count })
  }
}
