import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellCount, hash, hashVector, joinCell, splitCell, tileGrid } from '#src/healpix'

const tile = fc
  .integer({ min: 0, max: 15 })
  .chain((order) => fc.tuple(fc.constant(order), fc.nat({ max: cellCount(order) - 1 })))

describe('the pixels of a tile', () => {
  it('are the cells nine orders deeper, FITS row j and column i being x = 511 - j, y = i', () => {
    fc.assert(
      fc.property(tile, fc.nat({ max: 511 }), fc.nat({ max: 511 }), ([order, npix], i, j) => {
        const [face, x, y] = splitCell(order, npix, new Int32Array(3))
        const expected = joinCell(order + 9, face, x * 512 + 511 - j, y * 512 + i)
        const grid = tileGrid(order, npix)
        const [lon, lat] = grid.position(i, j, new Float64Array(2))
        expect(hash(order + 9, lon, lat)).toBe(expected)
        const v = new Float64Array(3)
        grid.vector(i, j, v)
        expect(hashVector(order + 9, v[0], v[1], v[2])).toBe(expected)
      }),
    )
  })

  it('come by row as they come one by one', () => {
    const grid = tileGrid(2, 77, 8)
    const lonLat = new Float64Array(2 + 16)
    const vectors = new Float64Array(24)
    const coarse = new Float64Array(9)
    for (let j = 0; j < 8; j++) {
      grid.lonLatRow(j, lonLat, 2)
      grid.vectorRow(j, vectors)
      grid.vectorRun(0, 3.5, 3, j, coarse)
      for (let i = 0; i < 8; i++) {
        const position = grid.position(i, j, new Float64Array(2))
        expect(lonLat.slice(2 + 2 * i, 4 + 2 * i)).toEqual(position)
        const v = new Float64Array(3)
        grid.vector(i, j, v)
        expect(vectors.slice(3 * i, 3 * i + 3)).toEqual(v)
      }
      expect(coarse.slice(6)).toEqual(vectors.slice(21))
    }
  })

  it('have their corners on the corners of the tile', () => {
    const grid = tileGrid(3, 400)
    const south = grid.position(-0.5, 511.5, new Float64Array(2))
    const half = 1 / 512 / 8
    expect(hash(3, south[0], south[1] + half)).toBe(400)
  })

  it('are refused for a width that is no power of two', () => {
    expect(() => tileGrid(3, 400, 500)).toThrow('power of two')
    expect(() => tileGrid(3, 768)).toThrow('cells 0 to 767')
  })
})
