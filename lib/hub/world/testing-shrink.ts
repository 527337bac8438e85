/**
 * Makes a list that fails as short as is found in the time: leaves out all of one kind, then ever smaller parts, as long as
 * it goes on to fail without them. What is left fails.
 */
export async function shrunk<T>(
  list: readonly T[],
  kindOf: (item: T) => string,
  fails: (list: readonly T[]) => Promise<boolean>,
  isTime: () => boolean,
): Promise<readonly T[]> {
  let left = list
  for (const kind of new Set(list.map(kindOf))) {
    const without = left.filter(item => kindOf(item) !== kind)
    if (isTime() && (await fails(without))) left = without
  }
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < left.length && isTime();) {
      const without = left.toSpliced(from, size)
      if (await fails(without)) left = without
      else from += size
    }
  }
  return left
}
