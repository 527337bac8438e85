import { ageText } from '../../../format'
import type { TimeLeft } from './time-left'

/** The estimate is no more exact than that, ms. */
const GRAIN = 5_000

/**
 * The sentence after that of the batches at work; empty where nothing is known. A number that is too small for sure is none.
 * @param atWork how many batches are at work
 */
export function etaText(left: TimeLeft | null, atWork: number): string {
  if (left === null) return ''
  if (left.kind === 'about') return `About ${ageText(Math.ceil(left.ms / GRAIN) * GRAIN)} left.`
  if (atWork === 1) return 'It takes longer than usual.'
  return left.batches === 1 ? 'One takes longer than usual.' : `${left.batches} take longer than usual.`
}
