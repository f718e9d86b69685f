// For tests of coordinates: headers from plain objects or 80-byte cards, and distances in arcseconds.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ARCSEC, DEG, separationRad } from '#src/sky'
import type { KeywordLookup } from '#src/wcs'

export type Cards = Readonly<Record<string, string | number>>

export const lookupIn =
  (cards: Cards): KeywordLookup =>
  (keyword) =>
    cards[keyword]

/** The cards of a header written as one string, as `astropy.io.fits.Header.tostring` makes it. */
export function cardsOf(text: string): Record<string, string | number> {
  const cards: Record<string, string | number> = {}
  for (let at = 0; at + 80 <= text.length; at += 80) {
    const card = text.slice(at, at + 80)
    if (card.slice(8, 10) !== '= ') continue
    const string = /^\s*'((?:[^']|'')*)'/.exec(card.slice(10))
    cards[card.slice(0, 8).trim()] = string ? string[1].trimEnd() : Number(card.slice(10).split('/')[0])
  }
  return cards
}

export function reference<T>(name: string): T {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../reference', name), 'utf8'))
}

/** Between a position in radians and one in degrees. */
export function arcsecBetween(rad: ArrayLike<number>, deg: readonly number[]): number {
  return separationRad(rad[0], rad[1], deg[0] * DEG, deg[1] * DEG) / ARCSEC
}
