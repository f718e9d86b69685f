// The window of a region against brute force: every pixel of the image asked whether it lies in the region.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contains, DEG, type Region } from '#src/sky'
import { inIcrs, parseWcs, type Wcs } from '#src/wcs'
import { regionWindow } from '../../../origin/cutout/region-box.ts'

const SIZE = { width: 60, height: 44 }

interface Pointing {
  readonly projection: string
  readonly lonDeg: number
  readonly latDeg: number
  readonly scaleDeg: number
  readonly rotationDeg: number
  readonly sip?: boolean
}

function wcsAt({ projection, lonDeg, latDeg, scaleDeg, rotationDeg, sip }: Pointing): Wcs {
  const [cos, sin] = [Math.cos(rotationDeg * DEG), Math.sin(rotationDeg * DEG)]
  const suffix = sip ? `${projection}-SIP` : projection
  const cards: Record<string, string | number> = {
    NAXIS: 2,
    CTYPE1: `RA---${suffix}`,
    CTYPE2: `DEC--${suffix}`,
    CRVAL1: lonDeg,
    CRVAL2: latDeg,
    CRPIX1: 31,
    CRPIX2: 20,
    CD1_1: -scaleDeg * cos,
    CD1_2: scaleDeg * sin,
    CD2_1: scaleDeg * sin,
    CD2_2: scaleDeg * cos,
    RADESYS: 'ICRS',
    ...(sip ? { A_ORDER: 2, B_ORDER: 2, A_2_0: 2e-4, A_1_1: -1e-4, B_0_2: 3e-4, B_2_0: 1e-4 } : {}),
  }
  return inIcrs(parseWcs((keyword) => cards[keyword]))
}

/** Box of the pixels whose centre is in the region. */
function bruteForce(region: Region, wcs: Wcs, step = 1) {
  const box = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity }
  const world = new Float64Array(2)
  const start = step < 1 ? -0.5 : 0
  for (let y = start; y <= SIZE.height - 1 - start; y += step)
    for (let x = start; x <= SIZE.width - 1 - start; x += step) {
      if (!wcs.pixelToWorld(x, y, world) || !contains(region, world[0], world[1])) continue
      box.x0 = Math.min(box.x0, x)
      box.x1 = Math.max(box.x1, x)
      box.y0 = Math.min(box.y0, y)
      box.y1 = Math.max(box.y1, y)
    }
  return box.x0 <= box.x1 ? box : undefined
}

/** No pixel of the region is missing; and nothing is there beyond a pixel around what a fine net of points finds. */
function check(region: Region, wcs: Wcs): void {
  const window = regionWindow(region, wcs, SIZE)
  const centres = bruteForce(region, wcs)
  if (centres) {
    expect(window, JSON.stringify(region)).toBeDefined()
    expect(window!.x0).toBeLessThanOrEqual(centres.x0)
    expect(window!.x1).toBeGreaterThan(centres.x1)
    expect(window!.y0).toBeLessThanOrEqual(centres.y0)
    expect(window!.y1).toBeGreaterThan(centres.y1)
  }
  const fine = bruteForce(region, wcs, 0.25)
  if (!window || !fine) return
  expect(window.x0).toBeGreaterThanOrEqual(Math.floor(fine.x0) - 1)
  expect(window.x1 - 1).toBeLessThanOrEqual(Math.ceil(fine.x1) + 1)
  expect(window.y0).toBeGreaterThanOrEqual(Math.floor(fine.y0) - 1)
  expect(window.y1 - 1).toBeLessThanOrEqual(Math.ceil(fine.y1) + 1)
}

const pointing = fc.record({
  projection: fc.constantFrom('TAN', 'ZEA', 'SIN', 'STG', 'CAR'),
  lonDeg: fc.constantFrom(0, 0.01, 123.4, 359.99),
  latDeg: fc.constantFrom(-90, -89.99, -60, 0, 33.3, 89.995, 90),
  scaleDeg: fc.constantFrom(5e-5, 1e-3, 0.2),
  rotationDeg: fc.double({ min: -180, max: 180, noNaN: true }),
})

describe('the window of a region', () => {
  it('holds every pixel of a circle and little more, also at poles, across 0 h, half outside', () => {
    const where = fc.record({
      x: fc.double({ min: -20, max: 80, noNaN: true }),
      y: fc.double({ min: -20, max: 64, noNaN: true }),
      radiusPx: fc.constantFrom(0.3, 1, 7.5, 30, 200, 5000),
    })
    fc.assert(
      fc.property(pointing, where, (at, { x, y, radiusPx }) => {
        const wcs = wcsAt(at)
        const centre = wcs.pixelToWorld(x, y)
        fc.pre(centre !== undefined)
        const radiusRad = Math.min(Math.PI, radiusPx * at.scaleDeg * DEG)
        check({ kind: 'circle', lonRad: centre![0], latRad: centre![1], radiusRad }, wcs)
      }),
      { numRuns: 80 },
    )
  })

  it('holds every pixel of a polygon, either way round', () => {
    const corner = fc.tuple(
      fc.double({ min: -40, max: 100, noNaN: true }),
      fc.double({ min: -40, max: 90, noNaN: true }),
    )
    fc.assert(
      fc.property(pointing, corner, corner, corner, fc.boolean(), (at, a, b, c, flip) => {
        const wcs = wcsAt(at)
        const vertices = [a, b, c].map(([x, y]) => wcs.pixelToWorld(x, y)?.slice())
        fc.pre(vertices.every((vertex) => vertex !== undefined))
        const area = Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]))
        const longest = Math.max(
          Math.hypot(a[0] - b[0], a[1] - b[1]),
          Math.hypot(b[0] - c[0], b[1] - c[1]),
          Math.hypot(c[0] - a[0], c[1] - a[1]),
        )
        // Thinner than the fine net is none of its business.
        fc.pre(area / longest > 3)
        const points = vertices.map((vertex) => ({ lonRad: vertex![0], latRad: vertex![1] }))
        check({ kind: 'polygon', vertices: flip ? points.reverse() : points }, wcs)
      }),
      { numRuns: 80 },
    )
  })

  it('holds every pixel of a range, over a pole and over 0 h', () => {
    const ranges: Region[] = [
      { kind: 'range', lonMinRad: 0, lonMaxRad: 2 * Math.PI, latMinRad: 89.97 * DEG, latMaxRad: 90 * DEG },
      { kind: 'range', lonMinRad: 350 * DEG, lonMaxRad: 10 * DEG, latMinRad: -2 * DEG, latMaxRad: 2 * DEG },
      {
        kind: 'range',
        lonMinRad: 359.99 * DEG,
        lonMaxRad: 0.005 * DEG,
        latMinRad: -0.01 * DEG,
        latMaxRad: 0.003 * DEG,
      },
      { kind: 'range', lonMinRad: 0, lonMaxRad: 2 * Math.PI, latMinRad: -90 * DEG, latMaxRad: 90 * DEG },
    ]
    fc.assert(
      fc.property(pointing, fc.constantFrom(...ranges), (at, region) => check(region, wcsAt(at))),
      { numRuns: 80 },
    )
  })

  it('is right with a distortion, whose inverse is found by steps', () => {
    const wcs = wcsAt({ projection: 'TAN', lonDeg: 10, latDeg: 20, scaleDeg: 1e-4, rotationDeg: 30, sip: true })
    for (const [x, y, r] of [
      [30, 20, 8],
      [2, 2, 10],
      [70, 20, 15],
      [30, 20, 500],
    ]) {
      const [lonRad, latRad] = wcs.pixelToWorld(x, y)!
      check({ kind: 'circle', lonRad, latRad, radiusRad: r * 1e-4 * DEG }, wcs)
    }
  })

  it('is the whole image for the whole sky, and nothing for the other side of it', () => {
    const wcs = wcsAt({ projection: 'TAN', lonDeg: 10, latDeg: 20, scaleDeg: 1e-4, rotationDeg: 0 })
    const all: Region = { kind: 'circle', lonRad: 1, latRad: 1, radiusRad: Math.PI }
    expect(regionWindow(all, wcs, SIZE)).toEqual({ x0: 0, y0: 0, x1: 60, y1: 44 })
    const most: Region = { kind: 'circle', lonRad: 190 * DEG, latRad: -20 * DEG, radiusRad: 179.9999 * DEG }
    expect(regionWindow(most, wcs, SIZE)).toEqual({ x0: 0, y0: 0, x1: 60, y1: 44 })
    const other: Region = { kind: 'circle', lonRad: 190 * DEG, latRad: -20 * DEG, radiusRad: 89 * DEG }
    expect(regionWindow(other, wcs, SIZE)).toBeUndefined()
    const near: Region = { kind: 'circle', lonRad: 10 * DEG, latRad: 20.01 * DEG, radiusRad: 0.001 * DEG }
    expect(regionWindow(near, wcs, SIZE)).toBeUndefined()
  })

  it('of a circle smaller than a pixel is the pixel that holds it', () => {
    const wcs = wcsAt({ projection: 'TAN', lonDeg: 10, latDeg: 20, scaleDeg: 1e-4, rotationDeg: 0 })
    const [lonRad, latRad] = wcs.pixelToWorld(12.3, 33.6)!
    const region: Region = { kind: 'circle', lonRad, latRad, radiusRad: 1e-6 * DEG }
    expect(regionWindow(region, wcs, SIZE)).toEqual({ x0: 12, y0: 34, x1: 13, y1: 35 })
  })
})

describe('the window of a hostile region', () => {
  it('of 500 vertices to and fro across a large image is found in less than half a second', () => {
    const wcs = wcsAt({ projection: 'TAN', lonDeg: 10, latDeg: 20, scaleDeg: 1e-4, rotationDeg: 30, sip: true })
    const large = { width: 9000, height: 9000 }
    const vertices = Array.from({ length: 500 }, (_, i) => {
      const [lonRad, latRad] = wcs.pixelToWorld(i * 0.2, i % 2 === 0 ? -300 : 9300) ?? [0, 0]
      return { lonRad, latRad }
    })
    const start = performance.now()
    regionWindow({ kind: 'polygon', vertices }, wcs, large)
    const ms = performance.now() - start
    console.log(`${ms.toFixed(0)} ms`)
    expect(ms).toBeLessThan(500)
  })
})
