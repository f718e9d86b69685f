import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellCount, centre, hash } from '#src/healpix'
import {
  allSky,
  atOrder,
  cellsOf,
  complement,
  contains,
  containsPosition,
  countCells,
  degrade,
  difference,
  emptyMoc,
  equal,
  intersection,
  largestCells,
  type Moc,
  MocError,
  mocAscii,
  mocJson,
  mocOf,
  mocOfCells,
  mocOfCone,
  mocOfPolygon,
  mocOfRanges,
  parseMocAscii,
  parseMocJson,
  readMocFits,
  skyFraction,
  touches,
  union,
  unionOf,
  writeMocFits,
} from '#src/moc'

/** Maps over few cells, so that they meet; orders 0 to 3. */
const moc: fc.Arbitrary<Moc> = fc
  .integer({ min: 0, max: 3 })
  .chain((order) =>
    fc.array(fc.nat({ max: cellCount(order) - 1 }), { maxLength: 60 }).map((cells) => mocOf(order, cells)),
  )

/** Maps of any order and place. */
const deepMoc: fc.Arbitrary<Moc> = fc
  .array(
    fc
      .integer({ min: 0, max: 24 })
      .chain((order) => fc.record({ order: fc.constant(order), npix: fc.nat({ max: cellCount(order) - 1 }) })),
    { maxLength: 12 },
  )
  .map((cells) => mocOfCells(cells))

/** The oracle: the set of cells at order 3. */
const cells3 = (m: Moc): Set<number> => new Set(cellsOf(atOrder(m, 3)))

describe('coverage maps', () => {
  it('are joined, cut and subtracted cell by cell', () => {
    fc.assert(
      fc.property(moc, moc, (a, b) => {
        const inA = cells3(a)
        const inB = cells3(b)
        expect(cells3(union(a, b))).toEqual(new Set([...inA, ...inB]))
        expect([...cells3(intersection(a, b))]).toEqual([...inA].filter((npix) => inB.has(npix)))
        expect(cells3(difference(a, b))).toEqual(new Set([...inA].filter((npix) => !inB.has(npix))))
        expect(cells3(complement(a)).size).toBe(cellCount(3) - inA.size)
        expect(union(a, b).order).toBe(Math.max(a.order, b.order))
      }),
    )
  })

  it('keep the laws of sets', () => {
    fc.assert(
      fc.property(deepMoc, deepMoc, deepMoc, (a, b, c) => {
        const order = Math.max(a.order, b.order, c.order)
        const same = (x: Moc, y: Moc) => expect(equal(atOrder(x, order), atOrder(y, order))).toBe(true)
        same(union(a, b), union(b, a))
        same(intersection(a, union(b, c)), union(intersection(a, b), intersection(a, c)))
        same(complement(union(a, b)), intersection(complement(atOrder(a, order)), complement(atOrder(b, order))))
        same(difference(a, b), intersection(a, complement(atOrder(b, order))))
        same(complement(complement(a)), a)
        same(unionOf([a, b, c]), union(a, union(b, c)))
        expect(skyFraction(a) + skyFraction(complement(a))).toBeCloseTo(1, 12)
        const { ranges } = union(a, b)
        for (let i = 1; i < ranges.length; i++) expect(ranges[i]).toBeGreaterThan(ranges[i - 1])
      }),
    )
  })

  it('know which cells they hold whole and which they touch', () => {
    fc.assert(
      fc.property(moc, fc.integer({ min: 0, max: 4 }), (m, order) => {
        const cells = new Set(cellsOf(atOrder(m, 4)))
        for (let npix = 0; npix < cellCount(order); npix += 1 + (npix % 5)) {
          const scale = 4 ** (4 - order)
          const parts = Array.from({ length: scale }, (_, k) => cells.has(npix * scale + k))
          expect(contains(m, order, npix)).toBe(parts.every(Boolean))
          expect(touches(m, order, npix)).toBe(parts.some(Boolean))
        }
      }),
      { numRuns: 40 },
    )
  })

  it('take every touched cell when degraded, and lose nothing when refined', () => {
    fc.assert(
      fc.property(deepMoc, fc.integer({ min: 0, max: 24 }), (m, order) => {
        const coarse = degrade(m, order)
        expect(coarse.order).toBe(Math.min(order, m.order))
        expect(difference(m, coarse).ranges.length).toBe(0)
        expect(equal(degrade(atOrder(m, 24), m.order), m)).toBe(true)
        for (const cell of largestCells(coarse)) expect(touches(m, cell.order, cell.npix)).toBe(true)
      }),
    )
  })

  it('are the same from their largest cells', () => {
    fc.assert(
      fc.property(deepMoc, (m) => {
        const cells = [...largestCells(m)]
        expect(equal(mocOfCells(cells, m.order), m)).toBe(true)
        for (let k = 0; k + 3 < cells.length; k++) {
          const four = cells.slice(k, k + 4)
          const brothers = four.every(({ order, npix }, n) => order === four[0].order && npix === four[0].npix + n)
          expect(brothers && four[0].npix % 4 === 0 && four[0].order > 0).toBe(false)
        }
      }),
    )
  })

  it('of regions hold the positions inside', () => {
    const cone = mocOfCone(10, 1, 0.4, 0.05)
    expect(containsPosition(cone, 1.01, 0.41)).toBe(true)
    expect(containsPosition(cone, 1.2, 0.4)).toBe(false)
    expect(skyFraction(cone)).toBeCloseTo((1 - Math.cos(0.05)) / 2, 4)
    const corners = [
      [3, -0.2],
      [3.2, -0.2],
      [3.1, 0.1],
    ].map(([lonRad, latRad]) => ({ lonRad, latRad }))
    expect(contains(mocOfPolygon(8, corners), 8, hash(8, 3.1, -0.1))).toBe(true)
    expect(skyFraction(allSky(7))).toBe(1)
    expect(skyFraction(emptyMoc(7))).toBe(0)
    expect(countCells(allSky(2))).toBe(192)
    const [lon, lat] = centre(5, 777)
    expect(containsPosition(mocOf(5, [777]), lon, lat)).toBe(true)
  })

  it('refuse cells that do not exist', () => {
    expect(() => mocOf(0, [12])).toThrow('cells 0 to 11')
    expect(() => mocOfRanges(1, [0, 49])).toThrow(MocError)
    expect(() => mocOfRanges(1, [4, 2])).toThrow(MocError)
    expect(() => mocOfRanges(1, [0.5, 2])).toThrow(MocError)
    expect(() => contains(allSky(0), 1, -1)).toThrow('cells 0 to 47')
  })
})

describe('the forms of a coverage map', () => {
  it('are read back as they were written: text, JSON, FITS', () => {
    fc.assert(
      fc.property(deepMoc, (m) => {
        expect(equal(parseMocAscii(mocAscii(m)), m)).toBe(true)
        expect(equal(parseMocJson(JSON.parse(JSON.stringify(mocJson(m)))), m)).toBe(true)
        expect(equal(readMocFits(writeMocFits(m)), m)).toBe(true)
      }),
    )
  })

  it('as text are those of the standard', () => {
    const m = parseMocAscii('1/1,3-4 2/4 25,12-14,21')
    expect(mocAscii(m)).toBe('1/1 3-4 2/21 25')
    expect(mocAscii(parseMocAscii('s3/57 60-63 \n5/'))).toBe('2/15 3/57 5/')
    expect(mocAscii(parseMocAscii(''))).toBe('0/')
    expect(mocJson(parseMocAscii('0/3 2/1'))).toEqual({ 0: [3], 2: [1] })
    // Deeper than order 24: the cells of order 24 that are touched.
    expect(mocAscii(parseMocAscii('29/3458764513820540927'))).toBe('24/3377699720527871')
  })

  it('as text or JSON are refused where they are none', () => {
    for (const text of [
      '57',
      'x',
      '3/57-',
      '30/1',
      '0/12',
      '3/9-8',
      't61/1',
      '3/1e3',
      '3/-4',
      '1/99999999999999999999',
    ])
      expect(() => parseMocAscii(text), text).toThrow(MocError)
    for (const value of [null, [], 3, { x: [] }, { 3: 4 }, { 0: [12] }, { 3: ['1'] }, { 3: [-1] }, { 3: [1.5] }])
      expect(() => parseMocJson(value), JSON.stringify(value)).toThrow(MocError)
  })
})
