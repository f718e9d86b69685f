import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CompressOptions,
  compressedImageHduBytes,
  decodeFileIndex,
  emptyPrimaryBytes,
  encodeFileIndex,
  imageHduBytes,
  imageHeader,
  type PixelWindow,
  type RawImage,
  readHdus,
  readTileIndex,
  readWindow,
  toPhysical,
} from '#src/fits'
import { type ByteSource, memorySource } from '#src/storage'
import { nodeRuntime } from '../../../origin/runtime.ts'
import {
  ALL_BITPIX,
  joined,
  type ReferenceCase,
  referenceCases,
  sampleHeader,
  skyImage,
  unequalPixels,
  wholeWindow,
} from '../../support/fits.ts'
import { python, shared, skyData } from '../../support/optional.ts'

const compressed = (raw: RawImage, options: CompressOptions) =>
  memorySource('c', joined(emptyPrimaryBytes(), compressedImageHduBytes(sampleHeader(), raw, options)))

/** The same window cut out of the whole image. */
function cut(raw: RawImage, { x0, y0, x1, y1 }: PixelWindow): number[] {
  const out: number[] = []
  for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) out.push(Number(raw.data[y * raw.width + x]))
  return out
}

const windowIn = (width: number, height: number) =>
  fc
    .tuple(fc.nat(width - 1), fc.nat(height - 1), fc.nat(width - 1), fc.nat(height - 1))
    .map(([a, b, c, d]) => ({ x0: Math.min(a, c), y0: Math.min(b, d), x1: Math.max(a, c) + 1, y1: Math.max(b, d) + 1 }))

/** Counts what is read of a source. */
function counted(source: ByteSource) {
  const reads: { offset: number; length: number }[] = []
  return {
    reads,
    source: {
      ...source,
      read: (range: { offset: number; length: number }) => {
        reads.push(range)
        return source.read(range)
      },
    } as ByteSource,
  }
}

describe('a window', () => {
  it.each(ALL_BITPIX)('of a plain image of BITPIX %i is the image cut', async (bitpix) => {
    const raw = skyImage(bitpix)
    const source = memorySource('p', imageHduBytes(sampleHeader(), raw, { primary: true }))
    const [hdu] = await readHdus(source)
    await fc.assert(
      fc.asyncProperty(windowIn(90, 70), async (window) => {
        const got = await readWindow(source, hdu, window)
        expect(Array.from(got.data as Float64Array, Number)).toEqual(cut(raw, window))
      }),
      { numRuns: 20 },
    )
  })

  const codings: [string, RawImage, CompressOptions][] = []
  for (const bitpix of [8, 16, 32] as const)
    codings.push([`RICE_1 of BITPIX ${bitpix}`, skyImage(bitpix), { algorithm: 'RICE_1', tile: [31, 16] }])
  for (const bitpix of ALL_BITPIX)
    codings.push([`GZIP_2 of BITPIX ${bitpix}`, skyImage(bitpix), { algorithm: 'GZIP_2', tile: [90, 9] }])

  it.each(codings)('out of lossless %s is the image cut', async (_, raw, options) => {
    const source = compressed(raw, options)
    const hdu = (await readHdus(source))[1]
    const tiles = await readTileIndex(source, hdu)
    await fc.assert(
      fc.asyncProperty(windowIn(90, 70), fc.boolean(), async (window, known) => {
        const got = await readWindow(source, hdu, window, { tiles: known ? tiles : undefined, runtime: nodeRuntime })
        expect(Array.from(got.data as Float64Array, Number)).toEqual(cut(raw, window))
      }),
      { numRuns: 15 },
    )
  })

  it.each(['NO_DITHER', 'SUBTRACTIVE_DITHER_1', 'SUBTRACTIVE_DITHER_2'] as const)(
    'out of %s floats equals the whole decode, cut, and stays within a step of the truth',
    async (dither) => {
      for (const tile of [undefined, [32, 32], [90, 70]] as const) {
        const truth = skyImage(-32, 90, 70, { holes: true })
        const source = compressed(truth, { algorithm: 'RICE_1', dither, tile, ditherSeed: 9990, quantizeLevel: 8 })
        const hdu = (await readHdus(source))[1]
        const whole = await readWindow(source, hdu, wholeWindow(hdu))
        const step = Math.max(...(await readTileIndex(source, hdu)).zscale!)
        for (const [i, value] of truth.data.entries()) {
          const got = Number(whole.data[i])
          if (Number.isNaN(value)) expect(got).toBeNaN()
          else expect(Math.abs(got - Number(value))).toBeLessThanOrEqual(step * 0.51)
          if (value === 0 && dither === 'SUBTRACTIVE_DITHER_2') expect(got).toBe(0)
        }
        await fc.assert(
          fc.asyncProperty(windowIn(90, 70), async (window) => {
            const got = await readWindow(source, hdu, window)
            expect(Array.from(got.data as Float32Array)).toEqual(cut(whole, window))
          }),
          { numRuns: 15 },
        )
      }
    },
  )

  it('reads few ranges and few bytes', async () => {
    const source = compressed(skyImage(32, 400, 400), { algorithm: 'RICE_1' })
    const hdu = (await readHdus(source))[1]
    const tiles = await readTileIndex(source, hdu)
    const window = { x0: 100, y0: 200, x1: 151, y1: 251 }
    const cached = counted(source)
    await readWindow(cached.source, hdu, window, { tiles })
    expect(cached.reads).toHaveLength(1)
    const needed = tiles.lengths.subarray(200, 251).reduce((sum, length) => sum + length, 0)
    expect(cached.reads[0].length).toBe(needed)
    const fresh = counted(source)
    await readWindow(fresh.source, hdu, window)
    expect(fresh.reads.map(({ length }) => length)).toEqual([51 * 8, needed])
  })

  it('out of uncompressed tiles is the image cut', async () => {
    const raw = skyImage(16)
    const bytes = compressedImageHduBytes(sampleHeader(), raw, { algorithm: 'GZIP_2', tile: [90, 70], checksum: false })
    const [hdu] = (await readHdus(memorySource('c', joined(emptyPrimaryBytes(), bytes)))).slice(1)
    const pixels = Buffer.from(raw.data.buffer.slice(0)).swap16()
    const header = Buffer.from(bytes.subarray(0, hdu.headerLength))
      .toString('latin1')
      .replace("'GZIP_2  '  ", "'NOCOMPRESS'")
      .replace(/PCOUNT {2}= +\d+/, `PCOUNT  = ${String(pixels.length).padStart(20)}`)
    const row = Buffer.alloc(8)
    row.writeUInt32BE(pixels.length)
    const source = memorySource('n', joined(emptyPrimaryBytes(), Buffer.from(header, 'latin1'), row, pixels))
    const plain = (await readHdus(source))[1]
    expect(plain.tiles!.algorithm).toBe('NOCOMPRESS')
    const window = { x0: 3, y0: 5, x1: 80, y1: 60 }
    const got = await readWindow(source, plain, window)
    expect(Array.from(got.data as Int16Array)).toEqual(cut(raw, window))
    // Swapping happens in a copy: the source's bytes stay as they are.
    expect((await readWindow(source, plain, window)).data).toEqual(got.data)
  })

  it('must lie inside the image', async () => {
    const source = memorySource('p', imageHduBytes(sampleHeader(), skyImage(16), { primary: true }))
    const [hdu] = await readHdus(source)
    for (const window of [
      { x0: -1, y0: 0, x1: 5, y1: 5 },
      { x0: 0, y0: 0, x1: 91, y1: 5 },
      { x0: 5, y0: 0, x1: 5, y1: 5 },
      { x0: 0, y0: 0.5, x1: 5, y1: 5 },
      { x0: 0, y0: 0, x1: Number.NaN, y1: 5 },
    ])
      await expect(readWindow(source, hdu, window)).rejects.toMatchObject({ code: 'out-of-range' })
    await expect(readWindow(source, hdu, wholeWindow(hdu), { plane: 1 })).rejects.toMatchObject({
      code: 'out-of-range',
    })
  })

  it('comes out the same from a file index kept by a catalogue', async () => {
    for (const raw of [skyImage(-32, 90, 70, { holes: true }), skyImage(16)]) {
      const source = compressed(raw, { algorithm: 'RICE_1', tile: [40, 40], name: 'SCI' })
      const hdus = await readHdus(source)
      const direct = await readWindow(source, hdus[1], wholeWindow(hdus[1]))
      const kept = encodeFileIndex(hdus, [undefined, await readTileIndex(source, hdus[1])])
      const back = decodeFileIndex(joined(new Uint8Array(3), kept).subarray(3))
      const again = await readWindow(source, back.hdus[1], wholeWindow(hdus[1]), { tiles: back.tiles[1] })
      expect(again).toEqual(direct)
      expect(back.hdus[1].header.encode()).toEqual(hdus[1].header.encode())
      expect({ ...back.hdus[1], header: 0 }).toEqual({ ...hdus[1], header: 0 })
      expect(() => decodeFileIndex(kept.subarray(0, kept.length - 9))).toThrow(/ingest/)
    }
  })
})

describe('physical values', () => {
  it('apply BSCALE, BZERO and BLANK', () => {
    const shape = { width: 3, height: 1 }
    const data = Int16Array.of(-32768, 0, 5)
    const unsigned = toPhysical({ ...shape, bitpix: 16, data, bscale: 1, bzero: 32768 })
    expect(unsigned).toEqual(Float32Array.of(0, 32768, 32773))
    const scaled = toPhysical({ ...shape, bitpix: 16, data, bscale: 0.5, bzero: 10, blank: -32768 })
    expect(scaled).toEqual(Float32Array.of(Number.NaN, 10, 12.5))
    const long = BigInt64Array.of(-(2n ** 63n), 7n - 2n ** 63n, 0n)
    expect(toPhysical({ ...shape, bitpix: 64, data: long, bscale: 1, bzero: 2 ** 63 })).toEqual(
      Float64Array.of(0, 7, 2 ** 63),
    )
    const floats = Float32Array.of(1, 2, 3)
    expect(toPhysical({ ...shape, bitpix: -32, data: floats, bscale: 1, bzero: 0 })).toBe(floats)
  })
})

describe('the header of a compressed image', () => {
  it('is the image own again', async () => {
    const raw = { ...skyImage(16), bzero: 32768 }
    const source = compressed(raw, { algorithm: 'RICE_1', name: 'MASK' })
    const hdu = (await readHdus(source))[1]
    const header = imageHeader(hdu)
    expect(header.cards.slice(0, 7).map(({ keyword, value }) => [keyword, value])).toEqual([
      ['XTENSION', 'IMAGE'],
      ['BITPIX', 16],
      ['NAXIS', 2],
      ['NAXIS1', 90],
      ['NAXIS2', 70],
      ['PCOUNT', 0],
      ['GCOUNT', 1],
    ])
    expect(header.get('OBJECT')).toBe("Barnard's star")
    expect(header.get('BZERO')).toBe(32768)
    expect(header.cards.filter(({ keyword }) => /^Z|^T(FORM|TYPE|FIELDS)/.test(keyword))).toEqual([])
  })
})

async function differing(cases: readonly ReferenceCase[], folder: string): Promise<string[]> {
  const bad: string[] = []
  for (const one of cases) {
    const source = memorySource(one.file, new Uint8Array(readFileSync(one.file)))
    const unequal = await unequalPixels(source, one, folder).catch((error: unknown) => String(error))
    if (unequal !== 0) bad.push(`${one.file} HDU ${one.hdu}: ${unequal}`)
  }
  return bad
}

const fitsio = python('fitsio')
describe.skipIf(!fitsio.found)(fitsio.says('beside CFITSIO and astropy'), () => {
  it('reads the same pixels of every small case', async () => {
    const { folder, cases } = referenceCases()
    expect(cases.length).toBeGreaterThan(100)
    expect(await differing(cases, folder)).toEqual([])
  })

  for (const name of ['compressed', 'lsst-afw', 'sdss', 'decam', 'galcen', 'dss']) {
    const data = skyData(name)
    it.skipIf(!data.found)(data.says(`reads the same pixels of the real files of ${name}`), async () => {
      const root = shared(`data/sky/${name}`)
      const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.(?:fits?|fz)$/.test(file) && statSync(join(root, file)).isFile())
        .map((file) => join(root, file))
      const { folder, cases } = referenceCases(files)
      expect(cases.length).toBeGreaterThan(0)
      expect(await differing(cases, folder)).toEqual([])
    })
  }
})
