// Files that lie, break off or explode: each ends as a FitsError, quickly, and without the memory it asks for.

import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  binTableBytes,
  compressedImageHduBytes,
  emptyPrimaryBytes,
  FitsError,
  FitsHeader,
  imageHduBytes,
  readBinTable,
  readHdus,
  readTileIndex,
  readWindow,
} from '#src/fits'
import { portableRuntime } from '#src/runtime'
import { memorySource } from '#src/storage'
import { nodeRuntime } from '../../origin/runtime.ts'
import { dice, joined, sampleHeader, skyImage, wholeWindow } from '../support/fits.ts'

const text = (value: string) => new TextEncoder().encode(value)
const block = (...lines: string[]) =>
  text(
    [...lines, 'END']
      .map((line) => line.padEnd(80))
      .join('')
      .padEnd(2880),
  )
const card = (keyword: string, value: string | number) => `${keyword.padEnd(8)}= ${String(value).padStart(20)}`
const primary = (bitpix: number, ...axes: number[]) =>
  block(
    card('SIMPLE', 'T'),
    card('BITPIX', bitpix),
    card('NAXIS', axes.length),
    ...axes.map((length, i) => card(`NAXIS${i + 1}`, length)),
  )

/** Everything a reader does with a file. */
async function readAll(bytes: Uint8Array, runtime = nodeRuntime): Promise<void> {
  const source = memorySource('hostile', bytes)
  for (const hdu of await readHdus(source)) {
    if (hdu.tiles) await readTileIndex(source, hdu)
    if (hdu.image) await readWindow(source, hdu, wholeWindow(hdu), { runtime })
    if (hdu.kind === 'bintable') await readBinTable(source, hdu)
    hdu.header.cards.forEach(({ keyword }) => {
      expect(typeof keyword).toBe('string')
    })
  }
}

async function refused(bytes: Uint8Array, code: FitsError['code'], runtime = nodeRuntime): Promise<void> {
  const start = performance.now()
  const before = process.memoryUsage()
  const error = await readAll(bytes, runtime).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(FitsError)
  expect((error as FitsError).code).toBe(code)
  expect(performance.now() - start).toBeLessThan(2000)
  const grown = process.memoryUsage()
  expect(grown.arrayBuffers + grown.heapUsed - before.arrayBuffers - before.heapUsed).toBeLessThan(256 * 2 ** 20)
}

/** A compressed image whose header or table bytes are then tampered with. */
const tiled = (options: object = {}, raw = skyImage(16)) =>
  joined(
    emptyPrimaryBytes(),
    compressedImageHduBytes(new FitsHeader(), raw, { algorithm: 'RICE_1', checksum: false, ...options }),
  )

function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const at = Buffer.from(bytes).indexOf(from)
  expect(at).toBeGreaterThan(0)
  expect(to).toHaveLength(from.length)
  const out = bytes.slice()
  out.set(text(to), at)
  return out
}

describe('a hostile FITS file', () => {
  it('is refused when empty or something else', async () => {
    await refused(new Uint8Array(0), 'not-fits')
    await refused(text('<html>not here</html>'.repeat(500)), 'not-fits')
    await refused(new Uint8Array(gzipSync(primary(8, 10))), 'not-fits')
    await refused(new Uint8Array(1e6), 'not-fits')
  })

  it('is refused when its header does not end', async () => {
    await refused(text(card('SIMPLE', 'T').padEnd(80)), 'truncated')
    await refused(text(card('SIMPLE', 'T').padEnd(80) + card('A', 1).padEnd(80).repeat(500)), 'truncated')
  })

  it('is refused when it holds a million cards', async () => {
    await refused(text(card('SIMPLE', 'T').padEnd(80) + 'COMMENT'.padEnd(80).repeat(1e6)), 'too-large')
  })

  it('is refused when it holds HDUs without end', async () => {
    const empty = block(card('XTENSION', "'IMAGE   '"), card('BITPIX', 8), card('NAXIS', 0))
    const many = new Uint8Array(2880 * 12_000)
    for (let at = 2880; at < many.length; at += 2880) many.set(empty, at)
    many.set(primary(8), 0)
    await refused(many, 'too-large')
  })

  it('is refused when its data is cut off', async () => {
    const whole = imageHduBytes(sampleHeader(), skyImage(-32), { primary: true })
    await refused(whole.subarray(0, whole.length - 2880), 'truncated')
    await refused(tiled().subarray(0, -5000), 'truncated')
  })

  it('is refused when it claims more than any file holds', async () => {
    await refused(primary(16, 1e12), 'truncated')
    await refused(primary(-64, 1e12, 1e12), 'too-large')
    await refused(primary(8, ...new Array(20).fill(1e9)), 'too-large')
    await refused(primary(8, -5), 'bad-header')
    await refused(primary(12, 5), 'bad-header')
    await refused(block(card('SIMPLE', 'T'), card('BITPIX', 8), card('NAXIS', 1000)), 'bad-header')
    await refused(block(card('SIMPLE', 'T'), card('BITPIX', 8), card('NAXIS', 1e9)), 'bad-header')
  })

  it('is refused when a heap pointer points outside', async () => {
    const bytes = tiled()
    const source = memorySource('t', bytes)
    const { dataOffset } = (await readHdus(source))[1]
    for (const [at, value] of [
      [4, 0x7fffffff],
      [0, 0x7fffffff],
      [4, 0xffffffff],
      [0, 0xfffffff0],
    ]) {
      const broken = bytes.slice()
      new DataView(broken.buffer).setUint32(dataOffset + at, value)
      await refused(broken, 'bad-data')
    }
    const table = joined(emptyPrimaryBytes(), binTableBytes([{ name: 'X', code: 'K', values: [-1n, 5n] }]))
    await refused(replaced(table, "'K       '", "'PB(9)   '"), 'bad-data')
  })

  it('is refused when its table is larger than its data', async () => {
    const table = joined(emptyPrimaryBytes(), binTableBytes([{ name: 'X', code: 'A', values: ['ab', 'cd'] }]))
    const liar = replaced(replaced(table, card('NAXIS', 2), card('NAXIS', 1)), card('NAXIS2', 2), card('NAXIS2', 1e12))
    await refused(liar, 'bad-header')
  })

  it.each([
    ['node:zlib', nodeRuntime],
    ['pako', portableRuntime],
  ])('is refused when a tile is a gzip bomb, by %s', async (_, runtime) => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(300 * 2 ** 20), { level: 9 }))
    // The trailer may claim what it likes: here the length that is expected.
    new DataView(bomb.buffer).setUint32(bomb.length - 4, 90 * 70 * 2, true)
    const whole = tiled({ algorithm: 'GZIP_2', tile: [90, 70] }, skyImage(16))
    const { dataOffset } = (await readHdus(memorySource('t', whole)))[1]
    const table = Buffer.from(whole.subarray(2880, dataOffset)).toString('latin1')
    const header = table.replace(/PCOUNT {2}= +\d+/, card('PCOUNT', bomb.length))
    const row = new Uint8Array(8)
    new DataView(row.buffer).setUint32(0, bomb.length)
    const bytes = joined(emptyPrimaryBytes(), text(header), row, bomb, new Uint8Array(2880))
    await refused(bytes, 'bad-data', runtime)
  })

  it('is refused when a few bytes stand for a huge tile', async () => {
    const huge = (bytes: Uint8Array) =>
      ['ZNAXIS1', 'ZNAXIS2', 'ZTILE1', 'ZTILE2'].reduce(
        (out, name) => replaced(out, card(name, /1$/.test(name) ? 90 : 70), card(name, 8000)),
        bytes,
      )
    const whole = tiled({ tile: [90, 70] })
    await refused(huge(whole), 'bad-data')
    await refused(replaced(huge(whole), "'RICE_1  '", "'PLIO_1  '"), 'too-large')
    await refused(replaced(huge(whole), "'RICE_1  '    ", "'HCOMPRESS_1' "), 'too-large')
    const larger = replaced(huge(whole), card('ZTILE1', 8000), card('ZTILE1', 9e15))
    await refused(replaced(larger, card('ZNAXIS1', 8000), card('ZNAXIS1', 9e15)), 'too-large')
  })

  it('never ends as anything but a FitsError, whatever bytes are changed', async () => {
    const files = [
      tiled(),
      tiled({ algorithm: 'GZIP_2' }),
      tiled({ tile: [40, 40] }, skyImage(-32, 90, 70, { holes: true })),
      joined(emptyPrimaryBytes(), binTableBytes([{ name: 'A', code: 'D', values: [1, 2, 3] }])),
    ]
    const changes = fc.tuple(fc.nat(files.length - 1), fc.nat(), fc.integer({ min: 1, max: 30 }))
    await fc.assert(
      fc.asyncProperty(changes, async ([which, seed, count]) => {
        const random = dice(seed + 1)
        const bytes = files[which].slice()
        for (let i = 0; i < count; i++) {
          const at = 2880 + Math.floor(random() * (bytes.length - 2880))
          bytes[at] = Math.floor(random() * 256)
        }
        const error = await readAll(bytes).catch((thrown: unknown) => thrown)
        if (error !== undefined) expect(error).toBeInstanceOf(FitsError)
      }),
      { numRuns: 150 },
    )
  })
})
