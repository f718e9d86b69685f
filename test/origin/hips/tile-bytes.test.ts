import { describe, expect, it } from 'vitest'
import { colourPixels, fitsTile, readFitsTile } from '../../../origin/hips/tile-bytes.ts'

const style = { kind: 'colour', minimum: [0, 10, 20], scale: [1, 0.5, 0.1], stretch: 0.3, q: 3 } as const
const plane = (...data: number[]) => ({ width: data.length, height: 1, data: Float32Array.from(data) })

describe('a colour tile', () => {
  it('is grey where a band is unknown, and transparent where all are', () => {
    const { NaN: none } = Number
    // In units of the cuts: (0.5, 0.5, 0.5), (0.5, ?, 0.5), (?, ?, 0.5), nothing.
    const bands = [plane(0.5, 0.5, none, none), plane(11, none, none, none), plane(25, 25, 25, none)]
    const rgba = colourPixels(bands, style)
    const [whole, ...partly] = [0, 4, 8].map((at) => [...rgba.subarray(at, at + 4)])
    expect(new Set(whole.slice(0, 3)).size).toBe(1)
    for (const pixel of partly) expect(pixel).toEqual(whole)
    expect([...rgba.subarray(12)]).toEqual([0, 0, 0, 0])
  })

  it('can be made of fewer than three bands', () => {
    const rgba = colourPixels([undefined, plane(12), undefined], style)
    expect([...rgba]).toEqual([rgba[0], rgba[0], rgba[0], 255])
  })
})

describe('a FITS tile', () => {
  it('comes back as it went, the undefined too, with the place of the tile in its header', async () => {
    const data = Float32Array.from({ length: 512 * 512 }, (_, i) => (i % 7 === 0 ? Number.NaN : i / 3))
    const bytes = fitsTile(9, 2299875, { width: 512, height: 512, data })
    expect(bytes.length).toBe(1_054_080)
    const header = new TextDecoder().decode(bytes.subarray(0, 2880))
    for (const card of [
      'ORDER   =                    9',
      'NPIX    =              2299875',
      "CTYPE1  = 'RA---HPX'",
      'DATASUM = ',
    ])
      expect(header).toContain(card)
    expect((await readFitsTile(bytes)).data).toEqual(data)
  })
})
