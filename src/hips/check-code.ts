// What Hipsgen's CHECK compares: a code per format over the lengths of all tile and Allsky files, taken folder by
// folder in the order of their names (as text: Norder10 before Norder2, Npix1.png before Npix10.png), 32-bit
// arithmetic: c = 31 c + length for each, then 31 c + count. It tells a lost, added or cut tile, not a changed byte.
// Hipsgen looks for files by the word of hips_tile_format, so it finds no ".jpeg" among ".jpg" and says jpeg:0.

import { formatOfWord, type TileFormat } from './tile.ts'

export interface StoredFile {
  /** Below the map's root: tiles and Allsky files; others are passed over. */
  readonly path: string
  readonly sizeBytes: number
}

const COUNTED = /(?:^|\/)(?:Npix[^/]*|Allsky)\.([a-z]+)$/

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The order in which Hipsgen walks a tree. */
export function compareWalk(a: string, b: string): number {
  const pathA = a.split('/')
  const pathB = b.split('/')
  for (let k = 0; k < pathA.length && k < pathB.length; k++) {
    const order = compareText(pathA[k], pathB[k])
    if (order !== 0) return order
  }
  return pathA.length - pathB.length
}

/** The files that count for a format, in walking order. `word` is a word of hips_tile_format. */
function counted(word: string, files: Iterable<StoredFile>): StoredFile[] {
  return [...files].filter(({ path }) => COUNTED.exec(path)?.[1] === word).sort((a, b) => compareWalk(a.path, b.path))
}

/** The code of lengths already in walking order: 0 to 2^32 - 1. */
export function checkCode(lengths: Iterable<number>): number {
  let code = 0
  let count = 0
  for (const length of lengths) {
    const high = Math.floor(length / 4294967296)
    code = (Math.imul(code, 31) + ((length ^ high) | 0)) | 0
    count++
  }
  return (Math.imul(code, 31) + count) >>> 0
}

/** hips_check_code, hips_nb_tiles and hips_estsize (kB) of a tree; `words` as in hips_tile_format. */
export interface HipsMetrics {
  readonly checkCode: string
  readonly tiles: number
  readonly sizeKb: number
}

export function hipsMetrics(words: readonly string[], files: Iterable<StoredFile>): HipsMetrics {
  const all = [...files]
  let tiles = 0
  let bytes = 0
  const codes = words.map((word) => {
    const own = counted(word, all)
    tiles += own.length
    for (const { sizeBytes } of own) bytes += sizeBytes
    return `${word}:${checkCode(own.map(({ sizeBytes }) => sizeBytes))}`
  })
  return { checkCode: codes.join(' '), tiles, sizeKb: Math.floor(bytes / 1024) }
}

/** hips_check_code alone. */
export const checkCodeOf = (words: readonly string[], files: Iterable<StoredFile>): string =>
  hipsMetrics(words, files).checkCode

/** The code that a hips_check_code gives for a format. */
export function checkCodeFor(format: TileFormat, hipsCheckCode: string): number | undefined {
  for (const part of hipsCheckCode.split(/\s+/)) {
    const [word, code] = part.split(':')
    if (formatOfWord(word) === format && /^\d{1,10}$/.test(code ?? '')) return Number(code)
  }
  return undefined
}
