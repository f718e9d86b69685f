// Cards out: what writeWcs writes is read back; what shiftCards shifts leaves the sky where it was.

import { describe, expect, it } from 'vitest'
import { areaSr, contains, DEG, polygonTurn, radToDeg, SkyError } from '#src/sky'
import { footprint, parseWcs, shiftCards, type WcsCard, WcsError, type WcsSpec, writeWcs } from '#src/wcs'
import { type Cards, lookupIn } from '../../support/wcs.ts'

const cardsIn = (cards: readonly WcsCard[]): Cards =>
  Object.fromEntries(cards.map(({ keyword, value }) => [keyword, value]))

const SPEC: WcsSpec = {
  crval: [150.1, 2.2],
  crpix: [1024.5, 2048.5],
  cd: [-5.5e-5, 1e-6, 1.2e-6, 5.5e-5],
  sip: {
    order: 4,
    a: { '2_0': 2e-7, '1_1': -1e-7, '3_0': 3e-11, '1_2': 3e-11, '0_4': 1e-15 },
    b: { '0_2': 1e-7, '2_1': 3e-11, '0_3': 3e-11 },
    size: [2048, 4096],
  },
}

describe('written cards', () => {
  it('are read back as they were meant', () => {
    const cards = cardsIn(writeWcs(SPEC))
    expect(cards).toMatchObject({
      CTYPE1: 'RA---TAN-SIP',
      RADESYS: 'ICRS',
      A_ORDER: 4,
      A_2_0: 2e-7,
      CD2_1: 1.2e-6,
      AP_ORDER: 4,
    })
    const wcs = parseWcs(lookupIn(cards))
    expect(wcs).toMatchObject({ frame: 'ICRS', distortion: 'SIP' })
    const world = wcs.pixelToWorld(1023.5, 2047.5)!
    expect([radToDeg(world[0]), radToDeg(world[1])]).toEqual([expect.closeTo(150.1, 12), expect.closeTo(2.2, 12)])
  })

  it('carry an inverse of SIP that is good to a thousandth of a pixel for readers without Newton', () => {
    const cards = cardsIn(writeWcs(SPEC))
    const exact = parseWcs(lookupIn(cards))
    const noSip = parseWcs(lookupIn(Object.fromEntries(Object.entries(cards).filter(([k]) => !/^[AB]P?_/.test(k)))))
    let worst = 0
    for (const [x, y] of [
      [0, 0],
      [2047, 0],
      [2047, 4095],
      [0, 4095],
      [300, 3000],
      [1500, 1000],
    ]) {
      const world = exact.pixelToWorld(x, y)!
      const linear = noSip.worldToPixel(world[0], world[1])!
      const [u, v] = [linear[0] - 1023.5, linear[1] - 2047.5]
      const back = [u, v]
      for (const [keyword, value] of Object.entries(cards)) {
        const term = /^([AB])P_(\d)_(\d)$/.exec(keyword)
        if (term) back[term[1] === 'A' ? 0 : 1] += Number(value) * u ** Number(term[2]) * v ** Number(term[3])
      }
      worst = Math.max(worst, Math.hypot(back[0] + 1023.5 - x, back[1] + 2047.5 - y))
    }
    expect(worst).toBeLessThan(1e-3)
  })

  it('refuse terms beyond the order, and numbers that are none', () => {
    expect(() => writeWcs({ ...SPEC, sip: { order: 2, a: { '2_1': 1 }, b: {} } })).toThrow('2_1')
    expect(() => writeWcs({ ...SPEC, crval: [Number.NaN, 0] })).toThrow(WcsError)
    expect(() => writeWcs({ ...SPEC, sip: { order: 12, a: {}, b: {} } })).toThrow('2 to 9')
  })
})

describe('the cards of a cut', () => {
  const parent: Cards = {
    ...cardsIn(writeWcs(SPEC)),
    ...{ CTYPE1A: 'LINEAR', CTYPE2A: 'LINEAR', CRPIX1A: 1, CRPIX2A: 1, CRVAL1A: 100, CRVAL2A: 200, CUNIT1A: 'PIXEL' },
    ...{ CTYPE1B: 'GLON-CAR', CTYPE2B: 'GLAT-CAR', CRPIX1B: 5.5, CRVAL1B: 3, CRVAL2B: 0 },
    ...{ LTV1: -100, LTV2: -200, CNPIX1: 12237, CNPIX2: 19965 },
    ...{
      NAXIS1: 2048,
      NAXIS2: 4096,
      DATASEC: '[1:2048,1:4096]',
      DETSEC: '[4096:2049,1:4096]',
      BIASSEC: '[2049:2112,1:4096]',
    },
  }
  const shifted: Cards = Object.fromEntries(
    shiftCards(lookupIn(parent), 300, 40, { width: 50, height: 60 }).map(({ keyword, value }) => [
      keyword,
      value as never,
    ]),
  )
  const cut = { ...parent, ...shifted }

  it('leave every pixel at its place in the sky, distortion included', () => {
    const before = parseWcs(lookupIn(parent))
    const after = parseWcs(lookupIn(cut))
    expect(after.pixelToWorld(10, 20)).toEqual(before.pixelToWorld(310, 60))
  })

  it('shift the reference pixel of every alternate, given or not', () => {
    expect(cut).toMatchObject({ CRPIX1: 724.5, CRPIX2: 2008.5, CRPIX1B: -294.5, CRPIX2B: -40 })
  })

  it("keep afw's count of the parent's pixels: CRVAL moves, CRPIX stays 1", () => {
    expect(cut).toMatchObject({ CRVAL1A: 400, CRVAL2A: 240, CRPIX1A: 1, CRPIX2A: 1, LTV1: -400, LTV2: -240 })
  })

  it('move the corner of a DSS plate', () => {
    expect(cut).toMatchObject({ CNPIX1: 12537, CNPIX2: 20005 })
  })

  it('cut the sections, through flips, and take the meaning from those that lie outside', () => {
    expect(shifted.DATASEC).toBe('[1:50,1:60]')
    expect(shifted.DETSEC).toBe('[3796:3747,41:100]')
    expect('BIASSEC' in shifted && shifted.BIASSEC).toBe(undefined)
  })

  it('do nothing to a header without coordinates but say where the cut began', () => {
    expect(shiftCards(() => undefined, 5, 0)).toEqual([{ keyword: 'LTV1', value: -5 }])
  })
})

describe('footprints', () => {
  const tan: Cards = {
    CTYPE1: 'RA---TAN',
    CTYPE2: 'DEC--TAN',
    CRVAL1: 0,
    CRVAL2: 0,
    CRPIX1: 50.5,
    CRPIX2: 50.5,
    CDELT1: -0.01,
    CDELT2: 0.01,
  }
  const polygonOf = (cards: Cards, width = 100, height = 100) =>
    ({ kind: 'polygon', vertices: footprint(parseWcs(lookupIn(cards)), width, height) }) as const

  it('of an undistorted TAN have four vertices: its edges are great circles', () => {
    const polygon = polygonOf(tan)
    expect(polygon.vertices).toHaveLength(4)
    expect(polygonTurn(polygon)).toBe(-1)
    expect(areaSr(polygon)).toBeCloseTo(DEG * DEG, 7)
  })

  it('turn the same way for mirrored images and over the poles', () => {
    for (const cards of [
      { ...tan, CDELT1: 0.01 },
      { ...tan, CRVAL2: 90 },
      { ...tan, CRVAL2: -90, CDELT1: 0.01 },
      { ...tan, CROTA2: 130 },
    ]) {
      const polygon = polygonOf(cards)
      expect(polygonTurn(polygon)).toBe(-1)
      expect(contains(polygon, 0, ((cards as Cards).CRVAL2 as number) * DEG)).toBe(true)
    }
  })

  it('follow the edges of a CAR, which are no great circles, to a fiftieth of a pixel', () => {
    const car = { ...tan, CTYPE1: 'RA---CAR', CTYPE2: 'DEC--CAR', CRPIX2: -199.5, CDELT1: -0.1, CDELT2: 0.1 }
    const wcs = parseWcs(lookupIn(car))
    const polygon = polygonOf(car)
    expect(polygon.vertices.length).toBeGreaterThan(8)
    for (let x = 0; x < 100; x += 3) {
      for (const [y, inside] of [
        [-0.53, false],
        [-0.47, true],
        [99.47, true],
        [99.53, false],
      ] as const) {
        const world = wcs.pixelToWorld(x, y)!
        expect(contains(polygon, world[0], world[1])).toBe(inside)
      }
    }
  })

  it('are in ICRS, whatever the header is in', () => {
    const polygon = polygonOf({ ...tan, CTYPE1: 'GLON-TAN', CTYPE2: 'GLAT-TAN' })
    expect(contains(polygon, 266.405 * DEG, -28.936 * DEG)).toBe(true)
  })

  it('of an image whose corners leave the map go round what is on it', () => {
    const disc = { ...tan, CTYPE1: 'RA---SIN', CTYPE2: 'DEC--SIN', CRVAL1: 40, CRVAL2: 30, CDELT1: -0.9, CDELT2: 0.9 }
    const polygon = polygonOf(disc, 30, 100)
    const wcs = parseWcs(lookupIn(disc))
    const world = wcs.pixelToWorld(29, 50)
    expect(world && contains(polygon, world[0], world[1])).toBeTruthy()
  })

  it('of the whole sky are none', () => {
    const sky = { ...tan, CTYPE1: 'RA---CAR', CTYPE2: 'DEC--CAR', CDELT1: -3.6, CDELT2: 1.8 }
    expect(() => polygonOf(sky)).toThrow(WcsError)
    expect(() => polygonOf({ ...sky, CTYPE1: 'RA---AIT', CTYPE2: 'DEC--AIT' })).toThrow('no outline')
    expect(() =>
      polygonOf({ ...tan, CTYPE1: 'RA---ZEA', CTYPE2: 'DEC--ZEA', CDELT1: -2, CDELT2: 2 }, 30, 30),
    ).not.toThrow(SkyError)
    expect(() => polygonOf(tan, 0, 5)).toThrow('pixels')
  })
})
