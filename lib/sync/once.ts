/** What was parsed from an object, or what the object was made from: each object is parsed once. */
export class Once<O> {
  readonly #known = new WeakMap<object, O>()

  of(input: object, parse: (input: object) => O): O {
    const known = this.#known.get(input)
    if (known !== undefined) return known
    const output = parse(input)
    this.#known.set(input, output)
    return output
  }

  /** Records that the input was made from this output, so it need not be parsed. */
  learn<I extends object>(input: I, output: O): I {
    if (!this.#known.has(input)) this.#known.set(input, output)
    return input
  }
}
