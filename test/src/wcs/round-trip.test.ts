// Laws that hold for every projection: pixel -> world -> pixel, arrays as single positions, nothing outside the map.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEG, separationRad } from '#src/sky'
import { inIcrs, parseWcs } from '#src/wcs'
import { type Cards, lookupIn } from '../../support/wcs.ts'

const CODES = ['TAN', 'SIN', 'ZEA', 'STG', 'ARC', 'ZPN', 'CAR', 'CEA', 'MER', 'SFL', 'AIT', 'MOL', 'HPX', 'XPH']
const SIP: Cards = {
  A_ORDER: 3, B_ORDER: 3, A_2_0: 1.2e-6, A_1_1: -3e-7, A_0_3: 2e-10, B_0_2: -1e-6, B_1_1: 4e-7, B_3_0: 1e-10, B_1_2: -2e-10,
} // biome-ignore format: a table
const TPV: Cards = {
  PV1_1: 1.01, PV1_2: 0.01, PV1_4: 0.02, PV1_7: -0.01, PV1_3: 1e-4, PV2_1: 0.99, PV2_2: -0.02, PV2_5: 0.01, PV2_11: 1e-3,
} // biome-ignore format: a table

const header = (code: string, scale: number, more: Cards = {}): Cards => ({
  CTYPE1: `RA---${code}`,
  CTYPE2: `DEC--${code}`,
  CRVAL1: 31,
  CRVAL2: 12,
  CRPIX1: 1001.5,
  CRPIX2: 998.25,
  CD1_1: -0.98 * scale,
  CD1_2: 0.12 * scale,
  CD2_1: 0.11 * scale,
  CD2_2: 1.02 * scale,
  ...(code === 'ZPN' && { PV2_1: 1, PV2_3: -0.05 }),
  ...more,
})

const pixel = fc.double({ min: -0.5, max: 1999.5, noNaN: true })

describe('pixel -> world -> pixel', () => {
  const wide = CODES.map((code) => [code, header(code, 0.02)] as const)
  const narrow = CODES.map((code) => [`${code} of a CCD`, header(code, 7e-5)] as const)
  const distorted = [
    ['TAN-SIP', header('TAN', 7e-5, SIP)],
    ['SIN-SIP', header('SIN', 7e-5, SIP)],
    ['TPV', header('TPV', 3e-4, TPV)],
    ['FK4 in ICRS', header('TAN', 7e-5, { RADESYS: 'FK4' })],
    ['galactic in ICRS', header('CAR', 7e-5, { CTYPE1: 'GLON-CAR', CTYPE2: 'GLAT-CAR' })],
  ] as const
  it.each([...wide, ...narrow, ...distorted])('is exact to 1e-8 pixels: %s', (_, cards) => {
    const wcs = inIcrs(parseWcs(lookupIn(cards)))
    fc.assert(
      fc.property(pixel, pixel, (x, y) => {
        const world = wcs.pixelToWorld(x, y)
        if (!world) return
        expect(world[0]).toBeGreaterThanOrEqual(0)
        expect(world[0]).toBeLessThan(2 * Math.PI)
        const back = wcs.worldToPixel(world[0], world[1])!
        expect(Math.hypot(back[0] - x, back[1] - y)).toBeLessThan(1e-8)
      }),
      { numRuns: 300 },
    )
  })
})

describe('world -> pixel -> world', () => {
  it.each(CODES)('comes back wherever %s shows the sky', (code) => {
    const wcs = parseWcs(lookupIn(header(code, 0.2, { CRVAL2: 0, CD1_2: 0, CD2_1: 0 })))
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 6.283, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }).map(Math.asin),
        (lon, lat) => {
          const at = wcs.worldToPixel(lon, lat)
          if (!at) return
          const back = wcs.pixelToWorld(at[0], at[1])
          // TAN's horizon is at infinity: digits end there.
          if (code === 'TAN' && Math.hypot(at[0], at[1]) > 1e6) return
          // At a limb, where the map is seen edge-on, half the digits are lost.
          const limb = ['SIN', 'ZEA', 'CEA', 'AIT', 'MOL', 'HPX', 'XPH'].includes(code)
          expect(separationRad(lon, lat, back![0], back![1])).toBeLessThan(limb ? 5e-8 : 1e-9)
        },
      ),
      { numRuns: 400 },
    )
  })
})

describe('arrays', () => {
  it('are filled as single positions are, in place too, with NaN where there is nothing', () => {
    const wcs = parseWcs(lookupIn(header('SIN', 0.1, { CRVAL2: 0 })))
    const xy = Float64Array.of(1000, 1000, 1100, 900, 5000, 5000, Number.NaN, 3)
    const out = new Float64Array(8)
    wcs.pixelToWorldArray(xy, out)
    expect([...out.subarray(0, 2)]).toEqual([...wcs.pixelToWorld(1000, 1000)!])
    expect([...out.subarray(2, 4)]).toEqual([...wcs.pixelToWorld(1100, 900)!])
    expect([...out.subarray(4)].every(Number.isNaN)).toBe(true)
    wcs.worldToPixelArray(out, out)
    expect(out[0]).toBeCloseTo(1000, 9)
    expect(out[3]).toBeCloseTo(900, 9)
    expect([...out.subarray(4)].every(Number.isNaN)).toBe(true)
  })

  it('convert at least 2.5 million TAN pixels a second, on a busy machine too', () => {
    const wcs = parseWcs(lookupIn(header('TAN', 7e-5)))
    const count = 200_000
    const xy = Float64Array.from({ length: 2 * count }, (_, i) => (i * 7919) % 2000)
    const out = new Float64Array(2 * count)
    const rates = Array.from({ length: 8 }, () => {
      const start = performance.now()
      wcs.pixelToWorldArray(xy, out)
      return count / 1000 / (performance.now() - start)
    })
    // Half of the aim, 5 million: a shared machine may be busy. Measured 2026-11-22 beside other work: 7.4 to 8.7.
    expect(Math.max(...rates)).toBeGreaterThan(2.5)
  })
})

describe('positions off the map', () => {
  it.each<[string, Cards, number, number]>([
    ['behind a TAN', header('TAN', 0.02), 211, -12],
    ['behind a SIN', header('SIN', 0.02), 211, -12],
    ['a TAN with SIP, far away', header('TAN', 7e-5, SIP), 111, 12],
    ['a TPV, far away', header('TPV', 7e-5, TPV), 111, 12],
    ['the pole of a Mercator', header('MER', 0.02, { CRVAL2: 0 }), 0, 90],
  ])('are undefined: %s', (_, cards, lon, lat) => {
    const out = new Float64Array(2)
    const at = parseWcs(lookupIn(cards)).worldToPixel(lon * DEG, lat * DEG, out)
    if (at === undefined) expect([...out]).toEqual([Number.NaN, Number.NaN])
    // A pole may be found by a rounding's width; then it lies far outside any image.
    else expect(Math.hypot(at[0], at[1])).toBeGreaterThan(1e4)
  })

  it('are undefined for pixels between the facets of HPX and outside AIT', () => {
    const hpx = parseWcs(lookupIn(header('HPX', 0.1, { CRVAL2: 0, CD1_2: 0, CD2_1: 0 })))
    expect(hpx.pixelToWorld(1001.5 - 1, 998.25 - 1 + 850)).toBeUndefined()
    const ait = parseWcs(lookupIn(header('AIT', 0.2, { CRVAL2: 0 })))
    expect(ait.pixelToWorld(0, 0)).toBeUndefined()
    expect(ait.pixelToWorld(Number.NaN, 0)).toBeUndefined()
    expect(ait.pixelToWorld(Number.POSITIVE_INFINITY, 0)).toBeUndefined()
  })
})

describe('distortions', () => {
  it('are inverted where AP and BP of the header are nonsense', () => {
    const good = parseWcs(lookupIn(header('TAN', 7e-5, SIP)))
    const nonsense = parseWcs(
      lookupIn(header('TAN', 7e-5, { ...SIP, AP_ORDER: 2, BP_ORDER: 2, AP_0_0: 4e4, BP_2_0: 7 })),
    )
    const world = good.pixelToWorld(123, 1789)!
    expect(nonsense.worldToPixel(world[0], world[1])![0]).toBeCloseTo(123, 8)
  })

  it('of a strong fold have no pixel beyond the fold', () => {
    // u + u^2 / 2000 turns back at u = -1000: what lies beyond is reached by no pixel on this side.
    const wcs = parseWcs(lookupIn(header('TAN', 7e-5, { A_ORDER: 2, B_ORDER: 2, A_2_0: 5e-4 })))
    const straight = parseWcs(lookupIn(header('TAN', 7e-5)))
    const beyond = straight.pixelToWorld(1000 - 700, 997)!
    expect(wcs.worldToPixel(beyond[0], beyond[1])).toBeUndefined()
    const before = wcs.pixelToWorld(1000 - 900, 997)!
    expect(wcs.worldToPixel(before[0], before[1])![0]).toBeCloseTo(100, 7)
  })
})
