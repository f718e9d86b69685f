import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { imageHduBytes } from '#src/fits'
import { encodeChecksum, sum32 } from '../../../src/fits/checksum.ts'
// The coders themselves: a room's private files, tested beside the numbers that CFITSIO gave.
import { randomNumbers } from '../../../src/fits/compress/dither.ts'
import { hcompressDecode } from '../../../src/fits/compress/hcompress.ts'
import { estimateNoise } from '../../../src/fits/compress/noise.ts'
import { plioDecode } from '../../../src/fits/compress/plio.ts'
import { riceDecode, riceEncode } from '../../../src/fits/compress/rice.ts'
import recorded from '../../reference/fits_tiles.json' with { type: 'json' }
import { dice, sampleHeader, skyImage } from '../../support/fits.ts'

describe('the tiles that CFITSIO wrote', () => {
  it.each(recorded.tiles.map((tile, i) => [`${i}: ${tile.algorithm}`, tile] as const))(
    'decode alike, tile %s',
    (_, tile) => {
      const bytes = Uint8Array.from(Buffer.from(tile.bytes, 'hex'))
      const count = tile.width * tile.height
      const out = new Int32Array(count)
      if (tile.algorithm === 'RICE_1') riceDecode(bytes, tile.pixelBytes, 32, out, count)
      else if (tile.algorithm === 'PLIO_1') plioDecode(bytes, out, count)
      else hcompressDecode(bytes, tile.smooth, tile.width, tile.height, out)
      expect(Array.from(out)).toEqual(tile.pixels)
      if (tile.algorithm === 'RICE_1') expect(riceEncode(out, tile.pixelBytes, 32)).toEqual(bytes)
    },
  )
})

describe('RICE', () => {
  it.each([
    [1, 0, 255],
    [2, -(2 ** 15), 2 ** 15 - 1],
    [4, -(2 ** 31), 2 ** 31 - 1],
  ])('gives back any pixels of %i bytes, and any first part of them', (size, min, max) => {
    const wild = fc.integer({ min, max })
    const tame = fc.integer({ min: 0, max: 9 })
    fc.assert(
      fc.property(
        fc.array(fc.oneof(tame, wild), { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        (pixels, block, part) => {
          const bytes = riceEncode(pixels, size, block)
          const count = 1 + (part % pixels.length)
          const out = new Int32Array(count)
          riceDecode(bytes, size, block, out, count)
          expect(Array.from(out)).toEqual(pixels.slice(0, count))
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('quantisation', () => {
  it('walks through the random numbers of the standard', () => {
    const random = randomNumbers()
    expect(random[0]).toBe(Math.fround(16807 / 2147483647))
    // FITS 4.0 Appendix I: the 10 000th seed is 1043618065.
    expect(random[9999]).toBe(Math.fround(1043618065 / 2147483647))
  })

  it('finds the noise under stars, gradients and holes', () => {
    const random = dice(3)
    const pixels = new Float32Array(400 * 50)
    for (let i = 0; i < pixels.length; i++) {
      const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
      pixels[i] = 5 * normal + (i % 400) * 0.3 + (i % 211 === 0 ? 1e5 : 0)
      if (i % 37 === 0) pixels[i] = Number.NaN
    }
    const { sigma, good } = estimateNoise(pixels, 400, 50)
    expect(sigma).toBeGreaterThan(4.5)
    expect(sigma).toBeLessThan(5.5)
    expect(good).toBe(pixels.length - Math.ceil(pixels.length / 37))
  })
})

describe('CHECKSUM', () => {
  it('encodes a sum as letters and digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (sum) => {
        const letters = encodeChecksum(sum, false)
        expect(letters).toMatch(/^[0-9A-Za-z]{16}$/)
        // Back: one place to the left, less '0', and the four words added up are the sum.
        const bytes = Uint8Array.from([...letters.slice(1), letters[0]], (letter) => letter.charCodeAt(0) - 0x30)
        expect(sum32(bytes)).toBe(sum)
      }),
    )
  })

  it('makes a whole HDU add up to minus zero', () => {
    for (const bitpix of [8, -64] as const)
      expect(sum32(imageHduBytes(sampleHeader(), skyImage(bitpix), { primary: true }))).toBe(0xffffffff)
  })
})
