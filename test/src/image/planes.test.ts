import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addToCoadd,
  downsample2,
  drawProfile,
  extract,
  finishCoadd,
  makePlane,
  moffat,
  overlap,
  profileRadius,
  startCoadd,
  windowAround,
} from '#src/image'

const row = (...values: number[]) => ({ width: values.length, height: 1, data: Float32Array.from(values) })

describe('a window', () => {
  it('lies inside, partly or not at all on an image', () => {
    expect(overlap({ x0: 0, y0: 0, x1: 10, y1: 10 }, 10, 10)).toBe('inside')
    expect(overlap({ x0: -1, y0: 0, x1: 5, y1: 10 }, 10, 10)).toBe('partial')
    expect(overlap({ x0: 10, y0: 0, x1: 15, y1: 10 }, 10, 10)).toBe('none')
  })

  it('around a pixel has it in its middle', () => {
    expect(windowAround(100, 50, 51)).toEqual({ x0: 75, y0: 25, x1: 126, y1: 76 })
  })

  it('cuts out the very pixels, NaN where it hangs over', () => {
    const plane = makePlane(13, 11)
    plane.data.forEach((_, i) => {
      plane.data[i] = i
    })
    const side = fc.integer({ min: -5, max: 15 })
    fc.assert(
      fc.property(side, side, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (x0, y0, w, h) => {
        const cut = extract(plane, { x0, y0, x1: x0 + w, y1: y0 + h })
        for (let y = 0; y < h; y++)
          for (let x = 0; x < w; x++) {
            const on = x0 + x >= 0 && x0 + x < 13 && y0 + y >= 0 && y0 + y < 11
            expect(cut.data[y * w + x]).toBe(on ? (y0 + y) * 13 + x0 + x : Number.NaN)
          }
      }),
    )
  })

  it('is refused when it has broken pixels, none, or too many', () => {
    const plane = makePlane(4, 4, 0)
    expect(() => extract(plane, { x0: 0.5, y0: 0, x1: 2, y1: 2 })).toThrow('whole pixels')
    expect(() => extract(plane, { x0: 2, y0: 0, x1: 2, y1: 2 })).toThrow('0 x 2')
    expect(() => extract(plane, { x0: 0, y0: 0, x1: 1e9, y1: 1e9 })).toThrow('1000000000 x 1000000000')
  })
})

describe('a coadd', () => {
  it('is the mean weighted by inverse variance, and says its variance', () => {
    const coadd = startCoadd(3, 1)
    addToCoadd(coadd, row(1, 5, Number.NaN), row(1, 1, 1))
    addToCoadd(coadd, row(4, Number.NaN, Number.NaN), row(0.5, 1, 1))
    const { image, variance } = finishCoadd(coadd)
    expect([...image.data]).toEqual([2, 5, Number.NaN])
    expect([...variance.data]).toEqual([Math.fround(1 / 1.5), 1, Number.NaN])
    expect([...coadd.count]).toEqual([2, 1, 0])
  })

  it('leaves out pixels of no weight, of broken weight, and infinite ones', () => {
    const coadd = startCoadd(4, 1)
    addToCoadd(coadd, row(9, 9, 9, Number.POSITIVE_INFINITY), row(0, -1, Number.NaN, 1))
    addToCoadd(coadd, row(1, 2, 3, 4), 2)
    expect([...finishCoadd(coadd).image.data]).toEqual([1, 2, 3, 4])
    expect(() => addToCoadd(coadd, row(1, 2, 3, 4), Number.NaN)).toThrow('NaN')
    expect(() => addToCoadd(coadd, row(1, 2), 1, { at: [3, 0] })).toThrow('2 x 1 at (3, 0) does not fit')
  })

  it('takes planes smaller than itself at their place, and their own variance', () => {
    const coadd = startCoadd(3, 1)
    addToCoadd(coadd, row(2, 2, 2), 1, { variance: row(4, 4, 4) })
    addToCoadd(coadd, row(8), 2, { at: [1, 0], variance: row(1) })
    const { image, variance } = finishCoadd(coadd)
    expect([...image.data]).toEqual([2, 6, 2])
    expect([...variance.data]).toEqual([4, Math.fround(8 / 9), 4])
  })
})

describe('halving a tile', () => {
  it('takes the mean of the defined pixels into the quadrant asked for', () => {
    const child = makePlane(4, 4, 0)
    child.data.set([1, 2, Number.NaN, 6, 3, 6, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 1, 1])
    child.data.fill(Number.NaN, 12, 14)
    const parent = makePlane(4, 4)
    downsample2(child, { column: 1, row: 0 }, parent)
    const n = Number.NaN
    expect([...parent.data]).toEqual([n, n, 3, 6, n, n, n, 0.5, n, n, n, n, n, n, n, n])
  })
})

describe('a drawn star', () => {
  it('has its flux and its centroid, wherever in the pixel it lies', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 40, max: 60, noNaN: true }),
        fc.double({ min: 40, max: 60, noNaN: true }),
        (x, y) => {
          const plane = makePlane(100, 100, 0)
          drawProfile(plane, x, y, 1000, moffat(2.4), 20)
          let [sum, sx, sy] = [0, 0, 0]
          plane.data.forEach((v, i) => {
            sum += v
            sx += v * (i % 100)
            sy += v * Math.floor(i / 100)
          })
          expect(sum).toBeCloseTo(1000, 1)
          expect(Math.abs(sx / sum - x)).toBeLessThan(0.02)
          expect(Math.abs(sy / sum - y)).toBeLessThan(0.02)
        },
      ),
    )
  })

  it('is cut at the edge of the plane and absent beyond it', () => {
    const plane = makePlane(10, 10, 0)
    drawProfile(plane, -0.5, 5, 100, moffat(2.4), 5)
    const half = plane.data.reduce((a, b) => a + b)
    expect(half).toBeGreaterThan(45)
    expect(half).toBeLessThan(55)
    drawProfile(plane, 500, 5, 100, moffat(2.4), 5)
    expect(plane.data.reduce((a, b) => a + b)).toBe(half)
  })

  it('reaches as far as its wings are above the level asked for', () => {
    const radius = profileRadius(1e6, moffat(2.4), 1)
    const { alpha } = moffat(2.4)
    expect((2e6 / (Math.PI * alpha ** 2)) * (1 + (radius / alpha) ** 2) ** -3).toBeCloseTo(1, 6)
    expect(profileRadius(1, moffat(2.4), 10)).toBe(0)
  })
})
