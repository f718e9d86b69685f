import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cellCount,
  coneCells,
  coneRanges,
  HealpixError,
  hash,
  hashVector,
  polygonCells,
  polygonRanges,
  vertices,
} from '#src/healpix'
import reference from '../../reference/healpix.json' with { type: 'json' }

type Vector = [number, number, number]
const vector = (lon: number, lat: number): Vector => [
  Math.cos(lat) * Math.cos(lon),
  Math.cos(lat) * Math.sin(lon),
  Math.sin(lat),
]
const angle = (a: Vector, b: Vector): number => 2 * Math.asin(Math.min(1, Math.hypot(...a.map((x, k) => x - b[k])) / 2))

/** Smallest angle between a direction and the outline of a cell, by 256 points a side. */
function toOutline(order: number, npix: number, axis: Vector): number {
  const outline = vertices(order, npix, 256)
  let least = Math.PI
  for (let i = 0; i < outline.length; i += 2) least = Math.min(least, angle(axis, vector(outline[i], outline[i + 1])))
  return least
}

const position = fc.record({
  lonRad: fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
  latRad: fc.oneof(
    fc.double({ min: -1.57, max: 1.57, noNaN: true }),
    fc.double({ min: 1.5, max: Math.PI / 2, noNaN: true }),
  ),
})

describe('a cone', () => {
  it('covers no cell less than healpy names inclusively, and few more', () => {
    let more = 0
    let all = 0
    for (const [order, lon, lat, radius, inclusive] of reference.cones as [
      number,
      number,
      number,
      number,
      number[],
    ][]) {
      const cells = new Set(coneCells(order, lon, lat, radius))
      const axis = vector(lon, lat)
      // healpy may name a cell that is not touched: such a one must lie outside by its outline.
      for (const npix of inclusive.filter((n) => !cells.has(n)))
        expect(toOutline(order, npix, axis)).toBeGreaterThan(radius)
      all += inclusive.length
      const theirs = new Set(inclusive)
      for (const npix of cells) if (!theirs.has(npix)) more++
    }
    expect(all).toBeGreaterThan(600)
    expect(more / all).toBeLessThan(0.005)
  })

  it('covers the cell of every point in it', () => {
    fc.assert(
      fc.property(
        position,
        fc.integer({ min: 0, max: 24 }),
        fc.double({ min: 0.01, max: 6, noNaN: true }),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 7, noNaN: true })), {
          minLength: 20,
          maxLength: 20,
        }),
        ({ lonRad, latRad }, order, cellsWide, points) => {
          const radius = Math.min(Math.PI, cellsWide / 2 ** order)
          const cells = new Set(coneCells(order, lonRad, latRad, radius))
          const axis = vector(lonRad, latRad)
          const east = vector(lonRad + Math.PI / 2, 0)
          const north: Vector = [
            axis[1] * east[2] - axis[2] * east[1],
            axis[2] * east[0] - axis[0] * east[2],
            axis[0] * east[1] - axis[1] * east[0],
          ]
          for (const [part, turn] of points) {
            const away = Math.sqrt(part) * radius
            const [x, y, z] = axis.map(
              (a, k) => Math.cos(away) * a + Math.sin(away) * (Math.cos(turn) * east[k] + Math.sin(turn) * north[k]),
            )
            expect(cells.has(hashVector(order, x, y, z))).toBe(true)
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  it('has nothing that it does not touch, but for a thin rim', () => {
    for (const [order, lon, lat, radius] of [
      [2, 1, 0.3, 0.4],
      [5, 4, 1.5, 0.2],
      [7, 0, -0.72, 0.05],
    ]) {
      const axis = vector(lon, lat)
      const inside = hash(order, lon, lat)
      for (const npix of coneCells(order, lon, lat, radius)) {
        if (npix !== inside) expect(toOutline(order, npix, axis)).toBeLessThan(radius + 0.016 / 2 ** order)
      }
    }
  })

  it('of the whole sphere is the whole sphere, of no radius one cell, and has sorted ranges apart', () => {
    expect([...coneRanges(8, 1, 1, Math.PI)]).toEqual([0, cellCount(8)])
    expect(coneCells(10, 1.1, 0.2, 0)).toEqual([hash(10, 1.1, 0.2)])
    const ranges = coneRanges(9, 6.2, 1.4, 0.1)
    for (let i = 1; i < ranges.length; i++) expect(ranges[i]).toBeGreaterThan(ranges[i - 1])
  })

  it('that needs too many cells, or has no radius, is refused', () => {
    expect(() => coneRanges(24, 0, 0, 1, { limit: 10_000 })).toThrow('ask for a lower order')
    expect(() => coneCells(12, 0, 0, 1)).toThrow(HealpixError)
    expect(() => coneRanges(3, 0, 0, -1)).toThrow('radius')
    expect(() => coneRanges(3, 0, 0, Number.NaN)).toThrow('radius')
  })
})

describe('a polygon', () => {
  it('covers no cell less than healpy names inclusively, and few more', () => {
    let more = 0
    let less = 0
    let all = 0
    for (const [order, corners, inclusive] of reference.polygons as unknown as [number, number[][], number[]][]) {
      const cells = new Set(
        polygonCells(
          order,
          corners.map(([lonRad, latRad]) => ({ lonRad, latRad })),
        ),
      )
      all += inclusive.length
      less += inclusive.filter((npix) => !cells.has(npix)).length
      const theirs = new Set(inclusive)
      for (const npix of cells) if (!theirs.has(npix)) more++
    }
    expect(all).toBeGreaterThan(400)
    expect(less).toBe(0)
    expect(more / all).toBeLessThan(0.02)
  })

  it('covers the cell of every point in it, also across a pole and longitude 0', () => {
    const shapes = [
      [0, 0.5 * Math.PI, Math.PI, 1.5 * Math.PI].map((lonRad) => ({ lonRad, latRad: 1.4 })),
      [
        { lonRad: 6.2, latRad: -0.1 },
        { lonRad: 0.1, latRad: -0.12 },
        { lonRad: 0.12, latRad: 0.1 },
        { lonRad: 6.15, latRad: 0.09 },
      ],
      [
        { lonRad: 1, latRad: -1.5 },
        { lonRad: 2, latRad: -1.2 },
        { lonRad: 5, latRad: -1.45 },
      ],
    ]
    for (const shape of shapes) {
      for (const winding of [shape, shape.toReversed()]) {
        const corners = winding.map(({ lonRad, latRad }) => vector(lonRad, latRad))
        const cells = new Set(polygonCells(7, winding))
        let state = 1
        const random = () => (state = (state * 48271) % 2147483647) / 2147483647
        for (let k = 0; k < 3000; k++) {
          const weights = corners.map(() => -Math.log(random()))
          const [x, y, z] = [0, 1, 2].map((c) => corners.reduce((sum, v, n) => sum + weights[n] * v[c], 0))
          expect(cells.has(hashVector(7, x, y, z))).toBe(true)
        }
        expect(cells.has(hash(7, 3.3, 0))).toBe(false)
      }
    }
  })

  it('covers about its own area, in cells of the order', () => {
    const square = [
      { lonRad: 1, latRad: 0.5 },
      { lonRad: 1.1, latRad: 0.5 },
      { lonRad: 1.1, latRad: 0.6 },
      { lonRad: 1, latRad: 0.6 },
    ]
    const cells = polygonCells(11, square).length
    const area = (0.1 * (Math.sin(0.6) - Math.sin(0.5)) * cellCount(11)) / (4 * Math.PI)
    expect(cells / area).toBeGreaterThan(1)
    expect(cells / area).toBeLessThan(1.03)
  })

  it('follows a concave outline', () => {
    const hook = [
      [0, 0],
      [0.2, 0],
      [0.2, 0.2],
      [0.1, 0.05],
      [0, 0.2],
    ].map(([lonRad, latRad]) => ({ lonRad, latRad }))
    const cells = new Set(polygonCells(8, hook))
    expect(cells.has(hash(8, 0.1, 0.15))).toBe(false)
    expect(cells.has(hash(8, 0.1, 0.03))).toBe(true)
    expect(cells.has(hash(8, 0.02, 0.15))).toBe(true)
  })

  it('with two corners, beyond a hemisphere, or at too deep an order is refused', () => {
    const corner = { lonRad: 0, latRad: 0 }
    expect(() => polygonRanges(3, [corner, corner])).toThrow('3 to')
    const around = [0, 2, 4].map((lonRad) => ({ lonRad, latRad: 0 }))
    expect(() => polygonRanges(3, around)).toThrow('hemisphere')
    const wide = [0, 0.5, 0.7].map((lonRad, k) => ({ lonRad, latRad: 0.3 * k * k }))
    expect(() => polygonRanges(24, wide, { limit: 10_000 })).toThrow('lower order')
  })
})
