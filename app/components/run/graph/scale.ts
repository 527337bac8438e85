import type { Layout } from './graph-layout'

/** The smallest and the largest zoom. */
const RANGE = { min: 0.1, max: 2 }
/** How much one press of a button or key zooms. */
export const STEP = 1.25
/** From these on a node has room for all its text, or for its name. */
const LEVELS = { all: 0.8, names: 0.5 }

/** How much of a node is shown: everything, its name, or a mark of its status [PAGE-6.6]. */
export type Level = 'all' | 'names' | 'marks'

export interface Size {
  readonly width: number
  readonly height: number
}

/** What a sheet of A4 or Letter has room for, px. */
export const PAPER: Size = { width: 960, height: 600 }

export const withinRange = (scale: number): number => Math.min(RANGE.max, Math.max(RANGE.min, scale))

/** The zoom at which all of the graph is in view; never larger than life [PAGE-6.6]. */
export function fitScale(view: Size, { width, height }: Pick<Layout, 'width' | 'height'>): number {
  if (view.width <= 0 || view.height <= 0) return 1
  return withinRange(Math.min(1, view.width / Math.max(1, width), view.height / Math.max(1, height)))
}

export const levelAt = (scale: number): Level =>
  scale >= LEVELS.all ? 'all' : scale >= LEVELS.names ? 'names' : 'marks'

/** The zoom after a turn of the wheel, in its own unit. */
export const turned = (scale: number, deltaY: number): number =>
  withinRange(scale * Math.exp(-Math.max(-100, Math.min(100, deltaY)) / 200))
