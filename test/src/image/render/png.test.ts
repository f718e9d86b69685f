import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync, constants as zlib } from 'node:zlib'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { type Channels, encodePng, makePlane, previewPng } from '#src/image'
import { portableRuntime } from '#src/runtime'
import { PYTHON, python } from '../../../support/optional.ts'

const node = {
  zlib: (bytes: Uint8Array, { level, huffmanOnly }: { level: number; huffmanOnly?: boolean }) =>
    deflateSync(bytes, { level, strategy: huffmanOnly ? zlib.Z_HUFFMAN_ONLY : zlib.Z_DEFAULT_STRATEGY }),
}

/** Sharp hands out grey as red, green and blue: of those the first is taken, and the alpha after them. */
async function decode(png: Uint8Array, channels: Channels) {
  const { width, height, channels: found } = await sharp(png).metadata()
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true })
  const take = channels > 2 || info.channels === channels ? undefined : channels === 1 ? [0] : [0, info.channels - 1]
  const pixels = new Uint8Array(width * height * channels)
  for (let i = 0; i < pixels.length; i++) {
    const pixel = Math.floor(i / channels)
    pixels[i] = take ? data[pixel * info.channels + take[i % channels]] : data[i]
  }
  return { width, height, found, pixels }
}

const noise = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, i) => (Math.imul(i + seed, 0x9e3779b1) >>> 13) & 255)

describe('the PNG writer', () => {
  it('is read back byte for byte by another reader, whatever the size, channels, effort and zlib', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom<Channels>(1, 2, 3, 4),
        fc.constantFrom('fast' as const, 'small' as const),
        fc.boolean(),
        fc.integer({ min: 0, max: 1000 }),
        async (width, height, channels, effort, portable, seed) => {
          const bytes = noise(width * height * channels, seed)
          const runtime = portable ? portableRuntime : node
          const png = encodePng(width, height, channels, bytes, runtime, { effort })
          const found = await decode(png, channels)
          expect([found.width, found.height, found.found]).toEqual([width, height, channels])
          expect(found.pixels).toEqual(bytes)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('turns FITS rows upside down when told that the first is the bottom one', async () => {
    const { pixels } = await decode(encodePng(2, 3, 1, new Uint8Array([1, 2, 3, 4, 5, 6]), node, { bottomUp: true }), 1)
    expect([...pixels]).toEqual([5, 6, 3, 4, 1, 2])
    const filtered = encodePng(2, 3, 1, new Uint8Array([1, 2, 3, 4, 5, 6]), node, { bottomUp: true, effort: 'small' })
    expect([...(await decode(filtered, 1)).pixels]).toEqual([5, 6, 3, 4, 1, 2])
  })

  it('compresses an empty tile well, though its fast way is for noise', () => {
    expect(encodePng(512, 512, 4, new Uint8Array(512 * 512 * 4), node).length).toBeLessThan(10_000)
    expect(encodePng(512, 512, 2, new Uint8Array(512 * 512 * 2), node).length).toBeLessThan(5_000)
  })

  it('refuses a wrong number of bytes or channels', () => {
    expect(() => encodePng(2, 2, 3, new Uint8Array(11), node)).toThrow(
      '2 x 2 pixels of 3 channels are 12 bytes, got 11',
    )
    expect(() => encodePng(2, 2, 5 as Channels, new Uint8Array(20), node)).toThrow('1 to 4 channels, got 5')
    expect(() => encodePng(0, 2, 1, new Uint8Array(0), node)).toThrow('0 x 2')
  })

  const pil = python('PIL')
  it.skipIf(!pil.found)(pil.says('is read by Pillow with checked CRCs'), () => {
    const folder = mkdtempSync(join(tmpdir(), 'png-'))
    try {
      const file = join(folder, 'a.png')
      writeFileSync(file, encodePng(30, 20, 4, noise(2400, 5), node))
      const script = `from PIL import Image; i = Image.open(${JSON.stringify(file)}); i.verify(); i = Image.open(${JSON.stringify(file)}); print(i.mode, i.size, sum(i.tobytes()))`
      const sum = noise(2400, 5).reduce((a, b) => a + b, 0)
      expect(execFileSync(PYTHON, ['-c', script], { encoding: 'utf8' }).trim()).toBe(`RGBA (30, 20) ${sum}`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('a preview', () => {
  it('shows a star as the brightest pixel, north up, and leaves the undefined transparent', async () => {
    const plane = makePlane(60, 40, 10)
    plane.data.forEach((_, i) => {
      plane.data[i] = 10 + ((i * 7919) % 100) / 100
    })
    plane.data[5 * 60 + 50] = 500
    plane.data[0] = Number.NaN
    const { width, height, pixels } = await decode(previewPng(plane, node), 2)
    expect([width, height]).toEqual([60, 40])
    expect(pixels[2 * ((39 - 5) * 60 + 50)]).toBe(255)
    expect([...pixels.subarray(2 * 39 * 60, 2 * 39 * 60 + 2)]).toEqual([0, 0])
  })

  it('fits the size asked for and survives a plane without any pixel', async () => {
    const { width, height } = await decode(previewPng(makePlane(300, 101, 1), node, { maxSize: 100 }), 2)
    expect([width, height]).toEqual([100, 34])
    const { pixels } = await decode(previewPng(makePlane(4, 4), node), 2)
    expect(pixels.every((byte) => byte === 0)).toBe(true)
  })
})
