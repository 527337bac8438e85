import { expect, it } from 'vitest'
import { growthOf } from './growth'

const textOf = (size: number) => 'x'.repeat(size)

it('finds work linear that looks at each character once', () => {
  const count = (text: string) => Array.from(text).filter(character => character === 'y').length
  expect(growthOf(size => () => count(textOf(size)), 2_000)).toMatchObject({ isLinear: true })
})

it('finds work steeper than linear that looks at the rest from each character', () => {
  const ends = (text: string) => {
    let count = 0
    for (let from = 0; from < text.length; from += 1) {
      for (let to = from; to < text.length; to += 1) if (text.charCodeAt(to) === text.charCodeAt(from)) count += 1
    }
    return count
  }
  const growth = growthOf(size => () => ends(textOf(size)), 600, 500)
  expect(growth.isLinear).toBe(false)
  expect(growth.text).toMatch(/ms for 600, .* ms for 4800$/)
})
