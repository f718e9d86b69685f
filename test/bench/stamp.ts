// CPU of a 51 x 51 stamp out of a RICE-compressed 2048 x 4096 float CCD, one stamp a file: cold (open, headers, rows of
// the tile table, window) and with the index a catalogue keeps. Beside CFITSIO on the same files and positions, every
// pixel compared. SKYEDGE_BENCH_FILES sets the number of files (default 120, about 10 MB each).

import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  compressedImageHduBytes,
  decodeFileIndex,
  emptyPrimaryBytes,
  encodeFileIndex,
  FitsHeader,
  readHdus,
  readTileIndex,
  readWindow,
} from '#src/fits'
import { nodeRuntime as runtime } from '../../origin/runtime.ts'
import { openFile } from '../../origin/storage/file-source.ts'
import { PYTHON, python } from '../support/optional.ts'
import { type Benchmark, cpuMs, type Figure } from './result.ts'

const WIDTH = 2048
const HEIGHT = 4096
const HALF = 25
const SIDE = 2 * HALF + 1
const REPEATS = 4
const FILES = Number(process.env.SKYEDGE_BENCH_FILES ?? 120)

/** Lehmer's generator: the same files on every run. */
function dice(seed: number): () => number {
  return () => (seed = (seed * 48271) % 2147483647) / 2147483647
}

/** Sky of 300 counts, sigma 8, and 400 stars. */
function ccd(seed: number): Float32Array<ArrayBuffer> {
  const random = dice(seed)
  const pixels = new Float32Array(WIDTH * HEIGHT)
  for (let i = 0; i < pixels.length; i += 2) {
    const radius = 8 * Math.sqrt(-2 * Math.log(random()))
    const angle = 2 * Math.PI * random()
    pixels[i] = 300 + radius * Math.cos(angle)
    pixels[i + 1] = 300 + radius * Math.sin(angle)
  }
  for (let star = 0; star < 400; star++) {
    const x0 = Math.floor(random() * (WIDTH - 20)) + 10
    const y0 = Math.floor(random() * (HEIGHT - 20)) + 10
    const peak = 10 ** (1.5 + 3 * random())
    for (let y = -8; y <= 8; y++)
      for (let x = -8; x <= 8; x++) pixels[(y0 + y) * WIDTH + x0 + x] += peak * Math.exp(-(x * x + y * y) / 8)
  }
  return pixels
}

interface Stamp {
  readonly file: string
  readonly x: number
  readonly y: number
}

/** One CCD written by our own compressor and copied: the bytes differ in nothing that costs time. */
function makeFiles(folder: string): Stamp[] {
  const header = new FitsHeader()
  for (let i = 0; i < 80; i++) header.set(`KEY${i}`, i * 1.25, 'a card as long as those of a real file')
  const raw = { bitpix: -32 as const, width: WIDTH, height: HEIGHT, data: ccd(20261122), bscale: 1, bzero: 0 }
  const compressed = compressedImageHduBytes(header, raw, {
    algorithm: 'RICE_1',
    quantizeLevel: 4,
    name: 'CCD',
    runtime,
  })
  const random = dice(7)
  const stamps: Stamp[] = []
  for (let i = 0; i < FILES; i++) {
    const file = join(folder, `ccd${i}.fits.fz`)
    if (i === 0) writeFileSync(file, Buffer.concat([emptyPrimaryBytes(), compressed]))
    else copyFileSync(stamps[0].file, file)
    const x = Math.floor(60 + random() * (WIDTH - 120))
    const y = Math.floor(60 + random() * (HEIGHT - 120))
    stamps.push({ file, x, y })
  }
  return stamps
}

const windowOf = ({ x, y }: Stamp) => ({ x0: x - HALF, y0: y - HALF, x1: x + HALF + 1, y1: y + HALF + 1 })

async function cold(stamp: Stamp): Promise<Float32Array> {
  const source = await openFile(stamp.file, 'ccd')
  const hdus = await readHdus(source)
  const raw = await readWindow(source, hdus[1], windowOf(stamp), { runtime })
  await source.close()
  return raw.data as Float32Array
}

interface Known {
  readonly index: Uint8Array
  readonly sizeBytes: number
  readonly mtimeMs: number
}

async function indexed(stamp: Stamp, known: Known): Promise<Float32Array> {
  const source = await openFile(stamp.file, 'ccd', { expect: known })
  const { hdus, tiles } = decodeFileIndex(known.index)
  const raw = await readWindow(source, hdus[1], windowOf(stamp), { tiles: tiles[1], runtime })
  await source.close()
  return raw.data as Float32Array
}

/** The least CPU per stamp of several rounds, the first of which warms up. */
async function measure(stamps: Stamp[], one: (stamp: Stamp, i: number) => Promise<Float32Array>) {
  const out = new Float32Array(stamps.length * SIDE * SIDE)
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < REPEATS; round++) {
    const start = cpuMs()
    for (const [i, stamp] of stamps.entries()) out.set(await one(stamp, i), i * SIDE * SIDE)
    best = Math.min(best, (cpuMs() - start) / stamps.length)
  }
  return { best, out }
}

function fitsio(folder: string): { cpu: number; version: string; pixels: Float32Array } | undefined {
  if (!python('fitsio').found) return undefined
  const script = join(import.meta.dirname, 'peers/stamp.py')
  const done = spawnSync(PYTHON, [script, folder, String(REPEATS)], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`the peer failed: ${done.stderr}`)
  const { cpuMs: rounds, version } = JSON.parse(done.stdout) as { cpuMs: number[]; version: string }
  const bytes = readFileSync(join(folder, 'fitsio.f32'))
  return { cpu: Math.min(...rounds), version, pixels: new Float32Array(new Uint8Array(bytes).buffer) }
}

function unequal(a: Float32Array, b: Float32Array): number {
  let count = 0
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) count++
  return count
}

export const bench: Benchmark = {
  name: 'stamp',
  about: '51x51 stamp from a RICE 2048x4096 CCD, CPU ms cold and with cached index, beside CFITSIO',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'skyedge-stamp-'))
    try {
      const stamps = makeFiles(folder)
      const known: Known[] = []
      for (const { file } of stamps) {
        const source = await openFile(file, 'ccd')
        const hdus = await readHdus(source)
        const index = encodeFileIndex(hdus, [undefined, await readTileIndex(source, hdus[1])])
        const { size, mtimeMs } = statSync(file)
        known.push({ index, sizeBytes: size, mtimeMs })
        await source.close()
      }
      writeFileSync(join(folder, 'stamps.json'), JSON.stringify(stamps))
      const first = await measure(stamps, cold)
      const second = await measure(stamps, (stamp, i) => indexed(stamp, known[i]))
      const peer = fitsio(folder)
      const figures: Figure[] = [
        { what: 'cold: open, headers, tile rows, window', value: first.best, unit: 'ms CPU' },
        { what: 'with cached index', value: second.best, unit: 'ms CPU' },
        { what: 'cached index of a file', value: known[0].index.length / 1024, unit: 'KiB' },
        { what: 'pixels unequal between the two ways', value: unequal(first.out, second.out), unit: 'pixels' },
      ]
      if (!peer)
        return { name: 'stamp', figures, peers: [], ratios: [], notes: [`no peer: ${python('fitsio').reason}`] }
      figures.push({
        what: `pixels unequal to ${peer.version}`,
        value: unequal(second.out, peer.pixels),
        unit: 'pixels',
      })
      return {
        name: 'stamp',
        figures,
        peers: [{ what: `${peer.version}: open and slice`, value: peer.cpu, unit: 'ms CPU' }],
        ratios: [
          { what: 'cached index / CFITSIO', value: second.best / peer.cpu, unit: '', target: 0.8 },
          { what: 'cold / CFITSIO', value: first.best / peer.cpu, unit: '' },
        ],
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
