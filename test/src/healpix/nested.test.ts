import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ancestor,
  cellCount,
  centre,
  firstDescendant,
  HealpixError,
  hash,
  hashVector,
  joinCell,
  MAX_ORDER,
  neighbours,
  nestedToRing,
  ringToNested,
  splitCell,
  vertices,
} from '#src/healpix'
import reference from '../../reference/healpix.json' with { type: 'json' }
import { PYTHON, python } from '../../support/optional.ts'

const order = fc.integer({ min: 0, max: MAX_ORDER })
const cell = order.chain((o) => fc.tuple(fc.constant(o), fc.nat({ max: cellCount(o) - 1 })))

describe('a position', () => {
  it('lies in the cell that healpy names, poles, edges and near-pole points included', () => {
    for (const [lon, lat, ...cells] of reference.points)
      expect(reference.orders.map((o) => hash(o, lon, lat))).toEqual(cells)
  })

  const healpy = python('healpy')
  it.skipIf(!healpy.found)(healpy.says('lies in the cell of healpy, 120 363 points at every order'), () => {
    const folder = mkdtempSync(join(tmpdir(), 'skyedge-healpix-'))
    try {
      const file = join(folder, 'cells.bin')
      const script = join(import.meta.dirname, '../../reference/healpix_cases.py')
      const run = spawnSync(PYTHON, [script, '--live', file], { encoding: 'utf8' })
      expect(run.stderr).toBe('')
      const numbers = new Float64Array(readFileSync(file).buffer as ArrayBuffer)
      const count = numbers.length / (2 + MAX_ORDER + 1)
      expect(count).toBe(120_363)
      for (let o = 0; o <= MAX_ORDER; o++) {
        let different = 0
        for (let i = 0; i < count; i++) {
          if (hash(o, numbers[i], numbers[count + i]) !== numbers[(2 + o) * count + i]) different++
        }
        expect([o, different]).toEqual([o, 0])
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('has the same cell as a direction, and the same at every turn of longitude', () => {
    fc.assert(
      fc.property(cell, fc.integer({ min: -3, max: 3 }), ([o, npix], turns) => {
        const [lon, lat] = centre(o, npix)
        const cosLat = Math.cos(lat)
        expect(hashVector(o, 7 * cosLat * Math.cos(lon), 7 * cosLat * Math.sin(lon), 7 * Math.sin(lat))).toBe(npix)
        if (o < 20) expect(hash(o, lon + turns * 2 * Math.PI, lat)).toBe(npix)
      }),
    )
  })

  it('outside the sphere is refused', () => {
    for (const [lon, lat] of [
      [0, 1.6],
      [0, Number.NaN],
      [Number.POSITIVE_INFINITY, 0],
    ])
      expect(() => hash(3, lon, lat)).toThrow(HealpixError)
    expect(() => hashVector(3, 0, 0, 0)).toThrow('other than zero')
    expect(() => hash(25, 0, 0)).toThrow('0 to 24')
    expect(() => hash(1.5, 0, 0)).toThrow(HealpixError)
    expect(() => centre(0, 12)).toThrow('cells 0 to 11')
  })
})

describe('a cell', () => {
  it('is where its centre is, and its ancestors too', () => {
    fc.assert(
      fc.property(cell, ([o, npix]) => {
        const [lon, lat] = centre(o, npix)
        for (let lower = 0; lower <= o; lower++) expect(hash(lower, lon, lat)).toBe(ancestor(o, npix, lower))
        expect(ancestor(MAX_ORDER, firstDescendant(o, npix, MAX_ORDER), o)).toBe(npix)
      }),
    )
  })

  it('is the same by index and by base cell, x and y', () => {
    fc.assert(
      fc.property(cell, ([o, npix]) => {
        const [face, x, y] = splitCell(o, npix, new Int32Array(3))
        expect(joinCell(o, face, x, y)).toBe(npix)
      }),
    )
  })

  it("has healpy's centre, ring number and neighbours", () => {
    for (const [o, npix, ring, around, lon, lat] of reference.neighbours as [
      number,
      number,
      number,
      number[],
      number,
      number,
    ][]) {
      expect(nestedToRing(o, npix)).toBe(ring)
      expect(ringToNested(o, ring)).toBe(npix)
      expect(neighbours(o, npix)).toEqual(around)
      const [lonHere, latHere] = centre(o, npix)
      expect(Math.abs(lonHere - lon)).toBeLessThan(1e-12)
      expect(Math.abs(latHere - lat)).toBeLessThan(1e-12)
    }
  })

  it('has ring numbers one to one', () => {
    for (const o of [0, 1, 2, 3, 4]) {
      const rings = Array.from({ length: cellCount(o) }, (_, npix) => nestedToRing(o, npix))
      expect(rings.map((ring) => ringToNested(o, ring))).toEqual(rings.map((_, npix) => npix))
    }
  })

  it('is a neighbour of its neighbours', () => {
    fc.assert(
      fc.property(cell, ([o, npix]) => {
        for (const other of neighbours(o, npix)) if (other >= 0) expect(neighbours(o, other)).toContain(npix)
      }),
    )
  })

  it('has its corners at S, W, N, E, on the outline that more steps draw', () => {
    const [south, west, north, east] = Array.from({ length: 4 }, (_, k) => vertices(0, 4).slice(2 * k, 2 * k + 2))
    const top = Math.asin(2 / 3)
    expect([south[1], west[1], north[1], east[1]].map((x) => +x.toFixed(12))).toEqual(
      [-top, 0, top, 0].map((x) => +x.toFixed(12)),
    )
    expect(west[0]).toBeCloseTo(1.75 * Math.PI, 12)
    expect(east[0]).toBeCloseTo(Math.PI / 4, 12)
    const fine = vertices(3, 100, 5)
    const coarse = vertices(3, 100)
    expect(fine.length).toBe(40)
    for (let k = 0; k < 4; k++) expect(fine.slice(10 * k, 10 * k + 2)).toEqual(coarse.slice(2 * k, 2 * k + 2))
  })
})
