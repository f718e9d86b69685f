// Small images for tests of FITS: reproducible pixels of every BITPIX, and big-endian reference files.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Bitpix, FitsHeader, type Hdu, type PixelArray, type RawImage, readHdus, readWindow } from '#src/fits'
import type { ByteSource } from '#src/storage'
import { nodeRuntime } from '../../origin/runtime.ts'
import { PYTHON } from './optional.ts'

export const ARRAYS = {
  8: Uint8Array,
  16: Int16Array,
  32: Int32Array,
  64: BigInt64Array,
  [-32]: Float32Array,
  [-64]: Float64Array,
} as const
export const ALL_BITPIX = [8, 16, 32, 64, -32, -64] as const

/** Lehmer's generator, 0 < value < 1. */
export function dice(seed: number): () => number {
  return () => (seed = (seed * 48271) % 2147483647) / 2147483647
}

/** A noisy sky of about 100 +- 8 with bright pixels; `holes` adds NaNs, exact zeros and a constant row to floats. */
export function skyImage(bitpix: Bitpix, width = 90, height = 70, { holes = false, seed = 5 } = {}): RawImage {
  const random = dice(seed)
  const data = new ARRAYS[bitpix](width * height) as PixelArray
  for (let i = 0; i < data.length; i++) {
    const value = 100 + 8 * (random() + random() + random() + random() - 2) * 1.7 + (i % 97 === 0 ? 120 : 0)
    data[i] = (bitpix === 64 ? BigInt(Math.round(value)) : bitpix > 0 ? Math.round(value) : value) as never
  }
  if (holes && (data instanceof Float32Array || data instanceof Float64Array)) {
    data[5] = Number.NaN
    data.fill(Number.NaN, width, 3 * width + 7)
    data.fill(0, 10 * width, 10 * width + 9)
    data.fill(7, 20 * width, 21 * width)
  }
  return { bitpix, width, height, data, bscale: 1, bzero: 0 }
}

export const wholeWindow = (hdu: Hdu) => ({ x0: 0, y0: 0, x1: hdu.image!.axes[0], y1: hdu.image!.axes[1] ?? 1 })

export const sampleHeader = () =>
  new FitsHeader()
    .set('OBJECT', "Barnard's star", 'with a quote')
    .set('LONGTEXT', `${'a value that is long & has ampersands '.repeat(6)}'end'`, 'its comment')
    .set('ESO DET CHIP1', 5, 'a hierarchical keyword')
    .add({ keyword: 'HISTORY', value: undefined, comment: 'y'.repeat(100) })

export function joined(...pieces: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces))
}

export interface ReferenceCase {
  readonly file: string
  readonly hdu: number
  readonly bitpix: Bitpix
  readonly axes: number[]
  readonly raw: string
}

/** Runs test/reference/fits_cases.py within a test: the cases it made, in a folder that goes with the test. */
export function referenceCases(files: readonly string[] = []): { folder: string; cases: ReferenceCase[] } {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-fits-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const script = resolve(import.meta.dirname, '../reference/fits_cases.py')
  const done = spawnSync(PYTHON, [script, folder, ...files], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`fits_cases.py failed: ${done.stderr}`)
  return { folder, cases: JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) }
}

/** Pixels of a case, all planes, that differ from the reference: NaN equals NaN, 0 equals -0. */
export async function unequalPixels(source: ByteSource, { hdu, bitpix, axes, raw }: ReferenceCase, folder: string) {
  const described = (await readHdus(source))[hdu]
  const bytes = new Uint8Array(readFileSync(join(folder, raw)))
  if (Math.abs(bitpix) > 8) nodeRuntime.swap(bytes, (Math.abs(bitpix) / 8) as 2)
  const expected = new ARRAYS[bitpix](bytes.buffer)
  const area = axes[0] * (axes[1] ?? 1)
  let unequal = 0
  for (let plane = 0; plane < expected.length / area; plane++) {
    const { data } = await readWindow(source, described, wholeWindow(described), { plane, runtime: nodeRuntime })
    for (let i = 0; i < area; i++) {
      const want = expected[plane * area + i]
      if (data[i] !== want && !(Number.isNaN(want) && Number.isNaN(data[i]))) unequal++
    }
  }
  return unequal
}
