// Reading and writing FITS with nothing but the language and pako, in Node and in workerd alike.

import { describe, expect, it } from 'vitest'
import { compressedImageHduBytes, emptyPrimaryBytes, FitsHeader, imageHduBytes, readHdus, readWindow } from '#src/fits'
import { memorySource } from '#src/storage'

const data = Float32Array.from({ length: 64 * 48 }, (_, i) => 100 + ((i * 7919) % 101) / 10)
const raw = { bitpix: -32 as const, width: 64, height: 48, data, bscale: 1, bzero: 0 }
const window = { x0: 10, y0: 20, x1: 40, y1: 41 }
const expected = Array.from({ length: 30 * 21 }, (_, i) => data[(20 + Math.floor(i / 30)) * 64 + 10 + (i % 30)])

describe('FITS with the portable runtime', () => {
  it('gives back a window of a plain and of a GZIP_2 image', async () => {
    const gzip = compressedImageHduBytes(new FitsHeader(), raw, { algorithm: 'GZIP_2', tile: [20, 20] })
    for (const bytes of [imageHduBytes(new FitsHeader(), raw), gzip]) {
      const file = new Uint8Array(2880 + bytes.length)
      file.set(emptyPrimaryBytes())
      file.set(bytes, 2880)
      const source = memorySource('f', file)
      const got = await readWindow(source, (await readHdus(source))[1], window)
      expect(Array.from(got.data as Float32Array)).toEqual(expected)
    }
  })

  it('quantises and dithers to the same pixels in every runtime', async () => {
    const bytes = compressedImageHduBytes(new FitsHeader(), raw, {
      algorithm: 'RICE_1',
      dither: 'SUBTRACTIVE_DITHER_2',
    })
    const file = new Uint8Array(2880 + bytes.length)
    file.set(emptyPrimaryBytes())
    file.set(bytes, 2880)
    const source = memorySource('f', file)
    const { data: pixels } = await readWindow(source, (await readHdus(source))[1], window)
    const sum = (pixels as Float32Array).reduce((total, value) => total + value, 0)
    expect(sum.toFixed(6)).toMatchInlineSnapshot(`"66135.400009"`)
  })
})
