// Numbers of astropy 5.2 with wcslib 7.12 (test/reference/wcs_cases.py), and of wcslib for a thousand pixels of each projection.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { inIcrs, parseWcs, WcsError } from '#src/wcs'
import { shared, sharedFile } from '../../support/optional.ts'
import { arcsecBetween, type Cards, cardsOf, lookupIn, reference } from '../../support/wcs.ts'

type Sky = [number | null, number | null][]
interface Case {
  name: string
  cards: Cards
  sky: Sky
  icrs?: Sky
}
const { pixels, cases, refused } = reference<{
  pixels: [number, number][]
  cases: Case[]
  refused: { name: string; cards: Cards }[]
}>('wcs_cases.json')

/** Rounding of degrees near 360 is 6e-14; ZPN is inverted by wcslib only to some 1e-8. */
const TOLERANCE_ARCSEC = 1e-7

describe('coordinates equal astropy', () => {
  it.each(cases)('$name', ({ cards, sky, icrs }) => {
    const wcs = parseWcs(lookupIn(cards))
    const turned = icrs && inIcrs(wcs)
    pixels.forEach(([x, y], i) => {
      const world = wcs.pixelToWorld(x, y)
      const [lon, lat] = sky[i]
      if (lon === null || lat === null) {
        expect(world).toBeUndefined()
        return
      }
      expect(arcsecBetween(world!, [lon, lat])).toBeLessThan(TOLERANCE_ARCSEC)
      const back = wcs.worldToPixel(world![0], world![1])
      expect(Math.hypot(back![0] - x, back![1] - y)).toBeLessThan(2e-9)
      if (!turned) return
      const inTurned = turned.pixelToWorld(x, y)!
      expect(arcsecBetween(inTurned, icrs[i] as [number, number])).toBeLessThan(TOLERANCE_ARCSEC)
      const again = turned.worldToPixel(inTurned[0], inTurned[1])!
      expect(Math.hypot(again[0] - x, again[1] - y)).toBeLessThan(2e-9)
    })
  })

  it.each(refused.filter(({ name }) => !name.includes('SCAMP')))(
    'where astropy refuses, so do we: $name',
    ({ cards }) => {
      expect(() => parseWcs(lookupIn(cards))).toThrow(WcsError)
    },
  )

  it('but a TAN with the PV of SCAMP is what SCAMP means by it: TPV', () => {
    const { cards } = refused.find(({ name }) => name.includes('SCAMP'))!
    const tan = parseWcs(lookupIn(cards))
    const tpv = parseWcs(lookupIn({ ...cards, CTYPE1: 'RA---TPV', CTYPE2: 'DEC--TPV' }))
    expect(tan.distortion).toBe('TPV')
    expect(tan.pixelToWorld(10, 20)).toEqual(tpv.pixelToWorld(10, 20))
  })
})

const VECTORS = 'reference/wcs_vectors.json'
const vectors = sharedFile(VECTORS)

describe.skipIf(!vectors.found)(vectors.says('coordinates equal wcslib at a thousand pixels of'), () => {
  const all: Record<string, { hdr: string; xy: [number, number][]; sky: [number, number][] }> = vectors.found
    ? JSON.parse(readFileSync(shared(VECTORS), 'utf8'))
    : {}
  it.each(Object.keys(all))('%s', (name) => {
    const { hdr, xy, sky } = all[name]
    const wcs = parseWcs(lookupIn(cardsOf(hdr)))
    // wcslib's slant orthographic loses some digits at 30 degrees from the centre.
    const tolerance = name === 'SIN_slant' ? 2e-7 : TOLERANCE_ARCSEC
    let worst = 0
    let worstPx = 0
    xy.forEach(([x, y], i) => {
      const world = wcs.pixelToWorld(x - 1, y - 1)!
      worst = Math.max(worst, arcsecBetween(world, sky[i]))
      const back = wcs.worldToPixel(world[0], world[1])!
      worstPx = Math.max(worstPx, Math.hypot(back[0] - x + 1, back[1] - y + 1))
    })
    expect(worst).toBeLessThan(tolerance)
    expect(worstPx).toBeLessThan(1e-8)
  })
})
