import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  areaSr,
  bounds,
  checkRegion,
  contains,
  DEG,
  lonLatDeg,
  offset,
  type Polygon,
  polygonTurn,
  type Range,
  type Region,
  regionAreaSr,
  regionsIntersect,
  SkyError,
  separationRad,
} from '#src/sky'

const circle = (lon: number, lat: number, radius: number): Region => ({
  kind: 'circle',
  lonRad: lon * DEG,
  latRad: lat * DEG,
  radiusRad: radius * DEG,
})
const polygon = (...vertices: [number, number][]): Polygon => ({
  kind: 'polygon',
  vertices: vertices.map(([lon, lat]) => lonLatDeg(lon, lat)),
})
const range = (lonMin: number, lonMax: number, latMin: number, latMax: number): Range => ({
  kind: 'range',
  lonMinRad: lonMin * DEG,
  lonMaxRad: lonMax * DEG,
  latMinRad: latMin * DEG,
  latMaxRad: latMax * DEG,
})
const holds = (region: Region, lon: number, lat: number) => contains(region, lon * DEG, lat * DEG)

/** A star-shaped polygon about a centre: radii as given, angles evenly spaced. */
function star(lon: number, lat: number, radiiDeg: readonly number[]): Polygon {
  const vertices = radiiDeg.map((radius, i) =>
    offset(lon * DEG, lat * DEG, (2 * Math.PI * i) / radiiDeg.length, radius * DEG),
  )
  return { kind: 'polygon', vertices }
}

const anywhere = fc.tuple(fc.double({ min: 0, max: 360, noNaN: true }), fc.double({ min: -90, max: 90, noNaN: true }))

describe('polygons', () => {
  it('hold what is inside, whichever way they turn', () => {
    const square = polygon([10, -5], [20, -5], [20, 5], [10, 5])
    const reversed: Polygon = { kind: 'polygon', vertices: [...square.vertices].reverse() }
    for (const shape of [square, reversed]) {
      expect(holds(shape, 15, 0)).toBe(true)
      expect(holds(shape, 9.99, 0)).toBe(false)
      expect(holds(shape, 195, 0)).toBe(false)
    }
    // From inside the sphere east is to the left: south-west, south-east, north-east turns clockwise.
    expect(polygonTurn(square)).toBe(1)
    expect(polygonTurn(reversed)).toBe(-1)
  })

  it('cross RA 0', () => {
    const square = polygon([359, -1], [1, -1], [1, 1], [359, 1])
    expect(holds(square, 0, 0)).toBe(true)
    expect(holds(square, 359.5, 0.5)).toBe(true)
    expect(holds(square, 358, 0)).toBe(false)
    expect(holds(square, 180, 0)).toBe(false)
  })

  it('hold the pole, or touch it with a vertex', () => {
    const cap = polygon([0, 80], [90, 80], [180, 80], [270, 80])
    expect(holds(cap, 0, 90)).toBe(true)
    expect(holds(cap, 123, 89)).toBe(true)
    expect(holds(cap, 45, 81)).toBe(false)
    const wedge = polygon([0, 80], [40, 80], [0, 90])
    expect(holds(wedge, 20, 89.999)).toBe(true)
    expect(holds(wedge, 300, 90)).toBe(true)
    expect(holds(wedge, 20, 80.0)).toBe(false)
    expect(holds(wedge, 50, 89.9)).toBe(false)
    expect(holds(polygon([0, -80], [120, -80], [240, -80]), 77, -90)).toBe(true)
  })

  it('have great circles as edges: the edge of a high latitude bulges towards the pole', () => {
    const box = polygon([0, 60], [60, 60], [60, 70], [0, 70])
    expect(holds(box, 30, 60.5)).toBe(false)
    expect(holds(box, 30, 71)).toBe(true)
  })

  it('own their vertices', () => {
    const shape = polygon([10, -5], [20, -5], [23, 8], [10, 5])
    for (const { lonRad, latRad } of shape.vertices) expect(contains(shape, lonRad, latRad)).toBe(true)
  })

  it('may be concave', () => {
    const chevron = polygon([0, 0], [10, 10], [0, 5], [-10, 10])
    expect(holds(chevron, 0, 2)).toBe(true)
    expect(holds(chevron, 0, 8)).toBe(false)
    expect(holds(chevron, 7, 7.5)).toBe(true)
  })

  it('of a thousand vertices hold the points nearer than their edge', () => {
    fc.assert(
      fc.property(
        anywhere,
        fc.integer({ min: 0, max: 999 }),
        fc.double({ min: 0, max: 6.28, noNaN: true }),
        ([lon, lat], seed, angle) => {
          const radii = Array.from({ length: 1000 }, (_, i) => 20 + 8 * Math.sin((i * (seed % 7)) / 159.155))
          const shape = star(lon, lat, radii)
          const radius = radii[Math.floor((angle / (2 * Math.PI)) * 1000) % 1000]
          const inside = offset(lon * DEG, lat * DEG, angle, (radius - 0.5) * DEG)
          const outside = offset(lon * DEG, lat * DEG, angle, (radius + 0.5) * DEG)
          expect(contains(shape, inside.lonRad, inside.latRad)).toBe(true)
          expect(contains(shape, outside.lonRad, outside.latRad)).toBe(false)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('have the area of the sphere that they cover', () => {
    expect(areaSr(polygon([0, 0], [90, 0], [0, 90]))).toBeCloseTo(Math.PI / 2, 14)
    const tiny = polygon([10, 0], [10.001, 0], [10.001, 0.001], [10, 0.001])
    expect(areaSr(tiny) / (0.001 * DEG) ** 2).toBeCloseTo(1, 6)
    const many = star(
      200,
      -60,
      Array.from({ length: 1000 }, () => 10),
    )
    expect(areaSr(many) / regionAreaSr(circle(200, -60, 10))).toBeCloseTo(1, 4)
  })

  it('refuse what is none', () => {
    expect(() => checkRegion(polygon([0, 0], [1, 1]))).toThrow('3 different vertices')
    expect(() => checkRegion(polygon([0, 0], [1, 1], [0, 0], [1, 1]))).not.toThrow()
    expect(() => checkRegion(polygon([0, 0], [Number.NaN, 1], [1, 0]))).toThrow(SkyError)
    expect(() => checkRegion(polygon([0, 0], [120, 0], [240, 0]))).toThrow('hemisphere')
    const crowd: Polygon = {
      kind: 'polygon',
      vertices: Array.from({ length: 10_001 }, (_, i) => lonLatDeg(i / 100, 0)),
    }
    expect(() => checkRegion(crowd)).toThrow('at most')
    expect(() => checkRegion(circle(0, 0, -1))).toThrow('radius')
    expect(() => checkRegion(circle(0, Number.NaN, 1))).toThrow('finite')
    expect(() => checkRegion(range(0, 1, 5, 4))).toThrow('latitude')
  })
})

describe('ranges', () => {
  it('go eastwards from the first longitude, over 0 too', () => {
    const over = range(350, 10, -5, 5)
    expect(holds(over, 0, 0)).toBe(true)
    expect(holds(over, 350, 5)).toBe(true)
    expect(holds(over, 180, 0)).toBe(false)
    expect(holds(range(-10, 10, -5, 5), 355, 0)).toBe(true)
    expect(holds(range(0, 360, -5, 5), 222, 0)).toBe(true)
    expect(holds(range(10, 20, 80, 90), 200, 90)).toBe(true)
  })

  it('have the area between parallels', () => {
    expect(regionAreaSr(range(0, 360, -90, 90))).toBeCloseTo(4 * Math.PI, 12)
    expect(regionAreaSr(range(350, 10, 0, 90))).toBeCloseTo((2 * Math.PI) / 18, 12)
  })
})

const regions: fc.Arbitrary<Region> = fc.oneof(
  fc
    .tuple(anywhere, fc.double({ min: 0.01, max: 70, noNaN: true }))
    .map(([[lon, lat], radius]) => circle(lon, lat, radius)),
  fc
    .tuple(anywhere, fc.array(fc.double({ min: 1, max: 60, noNaN: true }), { minLength: 3, maxLength: 12 }))
    .map(([[lon, lat], radii]) =>
      star(
        lon,
        lat,
        radii.map((r) => r / (radii.length === 3 ? 2 : 1)),
      ),
    ),
  fc
    .tuple(anywhere, fc.double({ min: 0.1, max: 360, noNaN: true }), fc.double({ min: 0.1, max: 60, noNaN: true }))
    .map(([[lon, lat], width, height]) => range(lon, lon + width, lat, Math.min(90, lat + height))),
)

/** Points all over the sphere, evenly (Fibonacci's lattice). */
const lattice = Array.from({ length: 4000 }, (_, i) => ({
  lonRad: (i * 2.399963229728653) % (2 * Math.PI),
  latRad: Math.asin(1 - (2 * i + 1) / 4000),
}))

describe('regions', () => {
  it('lie within their bounding circle', () => {
    fc.assert(
      fc.property(regions, (region) => {
        const { lonRad, latRad, radiusRad } = bounds(region)
        for (const p of lattice) {
          if (contains(region, p.lonRad, p.latRad))
            expect(separationRad(lonRad, latRad, p.lonRad, p.latRad)).toBeLessThanOrEqual(radiusRad + 1e-12)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('intersect when they share a point of a lattice; and do not when grown bounds are apart', () => {
    fc.assert(
      fc.property(regions, regions, (a, b) => {
        const meet = regionsIntersect(a, b)
        expect(regionsIntersect(b, a)).toBe(meet)
        const shared = lattice.some((p) => contains(a, p.lonRad, p.latRad) && contains(b, p.lonRad, p.latRad))
        if (shared) expect(meet).toBe(true)
        const [outerA, outerB] = [bounds(a), bounds(b)]
        const apart = separationRad(outerA.lonRad, outerA.latRad, outerB.lonRad, outerB.latRad)
        if (apart > outerA.radiusRad + outerB.radiusRad + 1e-9) expect(meet).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  it('do not intersect when a dense sampling finds a gap between them', () => {
    // Fewer shared points than none: where the answer is yes, there is a point of one very near the other.
    const near = (a: Region, b: Region) =>
      lattice.some(
        (p) => contains(a, p.lonRad, p.latRad) && regionsIntersect({ kind: 'circle', ...p, radiusRad: 0.06 }, b),
      )
    fc.assert(
      fc.property(regions, regions, (a, b) => {
        if (!regionsIntersect(a, b)) return
        // Slivers between lattice points are too thin to judge.
        if (!lattice.some((p) => contains(a, p.lonRad, p.latRad))) return
        const grown: Region = { ...bounds(a), radiusRad: Math.min(Math.PI, bounds(a).radiusRad + 0.06) }
        expect(regionsIntersect(grown, b)).toBe(true)
        if (a.kind === 'circle' && a.radiusRad > 0.2) expect(near(a, b)).toBe(true)
      }),
      { numRuns: 100 },
    )
  })

  it.each<[string, Region, Region, boolean]>([
    ['a circle inside a polygon', circle(15, 0, 0.1), polygon([10, -5], [20, -5], [20, 5], [10, 5]), true],
    ['a polygon inside a circle', polygon([10, -5], [20, -5], [20, 5], [10, 5]), circle(15, 0, 80), true],
    [
      'a circle that touches an edge from outside',
      circle(15, 5.5, 0.6),
      polygon([10, -5], [20, -5], [20, 5], [10, 5]),
      true,
    ],
    ['a circle that misses an edge', circle(15, 6, 0.6), polygon([10, -5], [20, -5], [20, 5], [10, 5]), false],
    [
      'crossing bars without a vertex inside',
      polygon([-10, -1], [10, -1], [10, 1], [-10, 1]),
      polygon([-1, -10], [1, -10], [1, 10], [-1, 10]),
      true,
    ],
    ['a bar across a range', polygon([-30, -1], [30, -1], [30, 1], [-30, 1]), range(350, 10, -20, 20), true],
    [
      'a polygon round the pole and a thin band below',
      polygon([0, 80], [120, 80], [240, 80]),
      range(0, 360, 60, 61),
      false,
    ],
    [
      'a polygon round the pole and a band that its edges dip into',
      polygon([0, 80], [120, 80], [240, 80]),
      range(0, 360, 75, 81),
      true,
    ],
    ['a polygon round a polar range', polygon([0, 80], [120, 80], [240, 80]), range(0, 360, 89.9, 90), true],
    [
      'a great-circle edge that bulges over a parallel',
      polygon([0, 60], [60, 60], [30, 50]),
      range(25, 35, 63, 64),
      true,
    ],
    ['the same, a little higher', polygon([0, 60], [60, 60], [30, 50]), range(25, 35, 63.5, 64), false],
    ['ranges over RA 0', range(350, 10, -5, 5), range(5, 20, -1, 1), true],
    ['ranges side by side', range(350, 10, -5, 5), range(11, 20, -1, 1), false],
    ['ranges that meet at the pole', range(0, 10, 80, 90), range(180, 190, 85, 90), true],
    ['a circle over the pole and a range behind it', circle(0, 89, 2), range(170, 190, 88.5, 89.5), true],
    ['antipodal polygons', polygon([0, 0], [1, 0], [0, 1]), polygon([180, 0], [181, 0], [180, -1]), false],
  ])('%s', (_, a, b, meet) => {
    expect(regionsIntersect(a, b)).toBe(meet)
    expect(regionsIntersect(b, a)).toBe(meet)
  })
})
