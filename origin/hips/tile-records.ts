// What a finished map remembers of its tiles (`tiles.jsonl`, one tile a line, ascending): keys and lengths, so that the
// next build knows which are still right, and values for the statistics. Lines of the journal hold the same records.

import { createReadStream } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TileFormat } from './recipe.ts'
import type { Spread, TileDone } from './work.ts'

const TILES_FILE = 'tiles.jsonl'

type Numbers = readonly [number, number, number, number]

interface Line {
  readonly o: number
  readonly n: number
  readonly k: string
  readonly f: Readonly<Partial<Record<TileFormat, number>>>
  readonly d?: number
  readonly v?: Numbers
  readonly g?: Numbers
  readonly s?: { readonly v?: string; readonly p: string }
  readonly kept?: true
}

export const tileName = ({ order, npix }: { order: number; npix: number }): string => `${order}/${npix}`

const numbers = ({ min, max, sum, count }: Spread): Numbers => [min, max, sum, count]
const spread = ([min, max, sum, count]: Numbers): Spread => ({ min, max, sum, count })
const base64 = ({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64')

export function tileLine(tile: TileDone): Line {
  const { order, npix, key, files, filled, values, greys, small, kept } = tile
  return {
    o: order,
    n: npix,
    k: key,
    f: Object.fromEntries(files.map(({ format, bytes }) => [format, bytes])),
    ...(filled !== undefined && { d: filled }),
    ...(values && { v: numbers(values) }),
    ...(greys && { g: numbers(greys) }),
    ...(small && { s: { ...(small.values && { v: base64(small.values) }), p: base64(small.pixels) } }),
    ...(kept && { kept }),
  }
}

export function readLine({ o, n, k, f, d, v, g, s, kept }: Line): TileDone {
  const files = Object.entries(f).map(([format, bytes]) => ({ format: format as TileFormat, bytes: bytes as number }))
  return {
    order: o,
    npix: n,
    key: k,
    files,
    ...(d !== undefined && { filled: d }),
    ...(v && { values: spread(v) }),
    ...(g && { greys: spread(g) }),
    ...(s && { small: { ...(s.v !== undefined && { values: floats(s.v) }), pixels: new Uint8Array(bytesOf(s.p)) } }),
    ...(kept && { kept }),
  }
}

const bytesOf = (text: string) => Buffer.from(text, 'base64')
/** A copy, so that it begins at a multiple of four bytes. */
const floats = (text: string) => new Float32Array(Uint8Array.from(bytesOf(text)).buffer)

const byAddress = (a: TileDone, b: TileDone) => a.order - b.order || a.npix - b.npix

export const inOrder = (tiles: readonly TileDone[]): TileDone[] => [...tiles].sort(byAddress)

/** The file's text, in pieces: of four million tiles it is longer than one string may be. */
export async function writeTiles(folder: string, tiles: readonly TileDone[]): Promise<void> {
  const file = join(folder, TILES_FILE)
  await writeFile(`${file}.part`, tilesText(tiles))
  await rename(`${file}.part`, file)
}

function* tilesText(tiles: readonly TileDone[]): Generator<string> {
  let piece: string[] = []
  for (const { kept: _, ...tile } of tiles) {
    if (piece.push(`${JSON.stringify(tileLine(tile))}\n`) < 10_000) continue
    yield piece.join('')
    piece = []
  }
  yield piece.join('')
}

/** By name; undefined where the map has none, or one that cannot be read: then it is built as a whole. */
export const readTiles = (folder: string): Promise<Map<string, TileDone> | undefined> => readLines(folder, readLine)

/** Only the keys. */
export const readKeys = (folder: string): Promise<Map<string, string> | undefined> => readLines(folder, ({ k }) => k)

async function readLines<T>(folder: string, take: (line: Line) => T): Promise<Map<string, T> | undefined> {
  const tiles = new Map<string, T>()
  try {
    const lines = createInterface({ input: createReadStream(join(folder, TILES_FILE)), crlfDelay: Infinity })
    for await (const text of lines) {
      const line = JSON.parse(text) as Line
      tiles.set(tileName({ order: line.o, npix: line.n }), take(line))
    }
    return tiles
  } catch {
    return undefined
  }
}
