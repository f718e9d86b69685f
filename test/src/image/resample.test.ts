import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tileGrid } from '#src/healpix'
import {
  GridCells,
  type Kernel,
  makeMask,
  makePlane,
  measureGrid,
  type PixelMap,
  type Plane,
  resamplePlanes,
  resampleToGrid,
  type SkySource,
  type SkyTarget,
  sampleCells,
} from '#src/image'
import { PYTHON, python } from '../../support/optional.ts'

const REFERENCE = resolve(import.meta.dirname, '../../reference')
const rad = Math.PI / 180

/** The image of test/reference/image_resample.py. */
function sourceImage(): Plane {
  const plane = makePlane(300, 260)
  for (let y = 0; y < 260; y++)
    for (let x = 0; x < 300; x++) {
      const hole = (x * 13 + y * 7) % 997 === 0 || (y >= 100 && y < 110 && x >= 60 && x < 75)
      plane.data[y * 300 + x] = hole ? Number.NaN : 100 + 30 * Math.sin(x / 5) * Math.cos(y / 7)
    }
  return plane
}

/** Its TAN coordinates, sky to pixel, straight from the definition. */
const sourceWcs: SkySource = {
  worldToPixelArray(lonlat, out) {
    const [ra0, dec0, scale, angle] = [150.1 * rad, 2.2 * rad, (0.8 / 3600) * rad, 20 * rad]
    for (let k = 0; k < lonlat.length; k += 2) {
      const d = lonlat[k] - ra0
      const [sinDec, cosDec] = [Math.sin(lonlat[k + 1]), Math.cos(lonlat[k + 1])]
      const depth = sinDec * Math.sin(dec0) + cosDec * Math.cos(dec0) * Math.cos(d)
      const xi = (cosDec * Math.sin(d)) / depth
      const eta = (sinDec * Math.cos(dec0) - cosDec * Math.sin(dec0) * Math.cos(d)) / depth
      out[k] = depth > 0 ? 150 + (-Math.cos(angle) * xi + Math.sin(angle) * eta) / scale : Number.NaN
      out[k + 1] = depth > 0 ? 130 + (Math.sin(angle) * xi + Math.cos(angle) * eta) / scale : Number.NaN
    }
  },
}

function tileTarget(order: number, npix: number, width: number): SkyTarget {
  const grid = tileGrid(order, npix, width)
  const point = new Float64Array(2)
  return {
    width,
    height: width,
    pixelToWorldArray(xy, lonlat) {
      for (let k = 0; k < xy.length; k += 2) lonlat.set(grid.position(xy[k], xy[k + 1], point), k)
    },
  }
}

function compare(found: ArrayLike<number>, expected: ArrayLike<number | null>) {
  let pattern = 0
  let worst = 0
  for (let i = 0; i < expected.length; i++) {
    const e = expected[i] ?? Number.NaN
    if (Number.isNaN(e) !== Number.isNaN(found[i])) pattern++
    else if (!Number.isNaN(e)) worst = Math.max(worst, Math.abs(e - found[i]))
  }
  return { pattern, worst }
}

describe('resampling onto a HiPS tile', () => {
  it('gives the values and the undefined pixels that healpy, astropy and scipy gave', () => {
    const { order, width, tiles } = JSON.parse(readFileSync(join(REFERENCE, 'image_resample.json'), 'utf8'))
    for (const { npix, values } of tiles) {
      const tile = resampleToGrid(tileTarget(order, npix, width), sourceImage(), sourceWcs)
      // The slope of the image is at most 6 a pixel; coordinates are within 1e-3 px, in fact within 3e-4.
      expect(compare(tile.data, values)).toEqual({ pattern: 0, worst: expect.closeTo(0, 2) })
    }
  })

  const healpy = python('healpy', 'astropy', 'scipy')
  it.skipIf(!healpy.found)(healpy.says('equals healpy, astropy and scipy over a whole 512 x 512 tile'), () => {
    const folder = mkdtempSync(join(tmpdir(), 'resample-'))
    try {
      const out = join(folder, 'tile.f32')
      const npix = JSON.parse(readFileSync(join(REFERENCE, 'image_resample.json'), 'utf8')).tiles[0].npix
      const parent = Math.floor(npix / 64)
      execFileSync(PYTHON, [join(REFERENCE, 'image_resample.py'), '8', String(parent), '512', out])
      const bytes = readFileSync(out)
      const expected = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
      const tile = resampleToGrid(tileTarget(8, parent, 512), sourceImage(), sourceWcs)
      const { pattern, worst } = compare(tile.data, expected)
      expect(expected.filter((v) => !Number.isNaN(v)).length).toBeGreaterThan(15_000)
      expect(pattern).toBe(0)
      expect(worst).toBeLessThan(0.006)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

/** Worst coordinate error over every pixel, and pixels where one side is undefined: planes that hold x and y tell where a sample was taken. */
function coordinateErrors(map: PixelMap, width: number, height: number, size = 1000) {
  const cells = new GridCells()
  measureGrid(map, { x0: 0, y0: 0, x1: width, y1: height }, cells)
  const ramp = (value: (x: number, y: number) => number) => {
    const plane = { width: size, height: size, data: new Float64Array(size * size) }
    for (let i = 0; i < plane.data.length; i++) plane.data[i] = value(i % size, Math.floor(i / size))
    const out = { width, height, data: new Float64Array(width * height).fill(Number.NaN) }
    sampleCells(cells, plane, out, 'bilinear')
    return out.data
  }
  const xs = ramp((x) => x)
  const ys = ramp((_, y) => y)
  let worst = 0
  let pattern = 0
  const exact = new Float64Array(2)
  for (let i = 0; i < xs.length; i++) {
    map(new Float64Array([i % width, Math.floor(i / width)]), exact)
    const inside = exact.every((c) => c >= 0 && c <= size - 1)
    if (inside !== !Number.isNaN(xs[i])) pattern++
    else if (inside) worst = Math.max(worst, Math.hypot(xs[i] - exact[0], ys[i] - exact[1]))
  }
  return { worst, pattern, exact: cells.count }
}

const mapOf =
  (f: (x: number, y: number) => [number, number]): PixelMap =>
  (xy, out) => {
    for (let k = 0; k < xy.length; k += 2) out.set(f(xy[k], xy[k + 1]), k)
  }

describe('the measured grid', () => {
  it('follows a smooth curved map to better than a thousandth of a pixel', () => {
    const bent = mapOf((x, y) => [200 + x + 2e-5 * x * y + 1e-8 * x ** 3, 200 + y - 1e-5 * x * x])
    const { worst, pattern, exact } = coordinateErrors(bent, 300, 200)
    expect(pattern).toBe(0)
    expect(worst).toBeLessThan(1e-3)
    expect(exact).toBeLessThan(5000)
  })

  it('is exact along the seam of a map that jumps from 360 to 0 degrees', () => {
    const seam = mapOf((x, y) => [(((x * 1.01 + y * 0.3 + 900) % 1000) + 1000) % 1000, 500 + y])
    expect(coordinateErrors(seam, 300, 200)).toMatchObject({ pattern: 0, worst: expect.closeTo(0, 6) })
  })

  it('is right around the pole of a cylindrical map', () => {
    const pole = mapOf((x, y) => [
      ((Math.atan2(y - 100.3, x - 150.2) / Math.PI + 1) * 999) / 2,
      900 - 3 * Math.hypot(x - 150.2, y - 100.3),
    ])
    const { worst, pattern } = coordinateErrors(pole, 300, 200)
    expect(pattern).toBe(0)
    expect(worst).toBeLessThan(2e-3)
  })

  it('is exact on both sides of the gore between two facets, up to its tip', () => {
    const gore = mapOf((x, y) => {
      const depth = Math.max(0, y - 80.5)
      return [500 + x + (x < 140.7 ? -0.4 : 0.4) * depth, 500 + y]
    })
    const { worst, pattern } = coordinateErrors(gore, 300, 200)
    expect(pattern).toBe(0)
    expect(worst).toBeLessThan(2e-3)
  })

  it('stops at the rim of an undefined region pixel for pixel', () => {
    const rim = mapOf((x, y) =>
      Math.hypot(x - 90, y - 70) < 61.3 ? [x * 1.1 + 50, y * 0.9 + 50] : [Number.NaN, Number.NaN],
    )
    expect(coordinateErrors(rim, 257, 129)).toMatchObject({ pattern: 0, worst: expect.closeTo(0, 6) })
  })

  it('covers every pixel of windows one pixel wide or high', () => {
    const same = mapOf((x, y) => [x + 7, y + 9])
    for (const [w, h] of [
      [1, 1],
      [1, 50],
      [50, 1],
      [2, 3],
      [33, 34],
    ])
      expect(coordinateErrors(same, w, h, 128)).toMatchObject({ pattern: 0, worst: expect.closeTo(0, 9) })
  })
})

describe('a grid that cannot be', () => {
  it.each([{ step: 0 }, { step: 1.5 }, { step: Number.NaN }, { tolerancePx: Number.NaN }])(
    'is refused: %o',
    (options) => {
      const window = { x0: 0, y0: 0, x1: 10, y1: 10 }
      expect(() =>
        measureGrid(
          mapOf((x, y) => [x, y]),
          window,
          new GridCells(),
          options,
        ),
      ).toThrow('a whole step >= 2')
    },
  )
})

describe('undefined pixels', () => {
  const identity: SkyTarget & SkySource = {
    width: 40,
    height: 30,
    pixelToWorldArray: (xy, out) => out.set(xy),
    worldToPixelArray: (xy, out) => out.set(xy),
  }
  const shifted = (dx: number, dy: number): SkySource => ({
    worldToPixelArray: mapOf((x, y) => [x + dx, y + dy]),
  })
  const holed = () => {
    const plane = makePlane(40, 30, 1)
    plane.data.forEach((_, i) => {
      plane.data[i] = i
    })
    plane.data[10 * 40 + 20] = Number.NaN
    return plane
  }

  it.each<Kernel>(['nearest', 'bilinear', 'lanczos3'])('an image laid on itself is the same by %s', (kernel) => {
    expect([...resampleToGrid(identity, holed(), identity, { kernel }).data]).toEqual([...holed().data])
  })

  it('a hole grows to the four points that look at it when bilinear, and keeps its size when nearest', () => {
    const holes = (kernel: Kernel) => {
      const { data } = resampleToGrid(identity, holed(), shifted(0.3, 0.4), { kernel })
      return [...data.keys()].filter((i) => Number.isNaN(data[i]))
    }
    const inner = (list: number[]) => list.filter((i) => i % 40 < 39 && i < 29 * 40)
    expect(inner(holes('bilinear'))).toEqual([9 * 40 + 19, 9 * 40 + 20, 10 * 40 + 19, 10 * 40 + 20])
    expect(inner(holes('nearest'))).toEqual([10 * 40 + 20])
    expect(inner(holes('lanczos3'))).toEqual([10 * 40 + 20])
  })

  it('leaves alone what the source does not reach, so that images can be laid into one plane', () => {
    const out = makePlane(40, 30, -1)
    resampleToGrid(identity, makePlane(10, 10, 5), shifted(-20.5, -10.5), { out })
    expect(out.data.filter((v) => v === 5).length).toBe(81)
    expect(out.data.filter((v) => v === -1).length).toBe(1200 - 81)
  })

  it('ors the mask bits of all neighbours that a value was made from', () => {
    const mask = makeMask(40, 30)
    mask.data[10 * 40 + 20] = 8
    const out = makeMask(40, 30)
    resamplePlanes(identity, [], [{ source: mask, out }], shifted(0.5, 0))
    expect([out.data[10 * 40 + 19], out.data[10 * 40 + 20], out.data[10 * 40 + 21]]).toEqual([8, 8, 0])
  })

  it('lanczos3 keeps a constant and a slope', () => {
    const slope = makePlane(40, 30)
    slope.data.forEach((_, i) => {
      slope.data[i] = 3 * (i % 40) + 2 * Math.floor(i / 40)
    })
    const { data } = resampleToGrid(identity, slope, shifted(0.25, 0.6), { kernel: 'lanczos3' })
    expect(Math.abs(data[15 * 40 + 20] - (3 * 20.25 + 2 * 15.6))).toBeLessThan(0.06)
    const flat = resampleToGrid(identity, makePlane(40, 30, 7), shifted(0.25, 0.6), { kernel: 'lanczos3' })
    expect(flat.data[15 * 40 + 20]).toBeCloseTo(7, 5)
  })
})
