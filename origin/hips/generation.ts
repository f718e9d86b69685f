// The name of a map's generation, which is part of every cache key: a date for people, chance for uniqueness.

import { randomBytes } from 'node:crypto'

const chance = () => randomBytes(4).toString('hex')

/** `20261122T120000Z-1f0c3a7e` */
export const newGeneration = (nowMs: number): string =>
  `${new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')}-${chance()}`

/** Of the same build with other bytes in some of its tiles: `20261122T120000Z-1f0c3a7e-s5b2d9c41`. */
export const renewedGeneration = (generation: string): string =>
  `${generation.replace(/-s[0-9a-f]{8}$/, '')}-s${chance()}`
