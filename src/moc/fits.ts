// MOC in FITS (IVOA MOC 2.0, section 4.3.1; MOC 1.x reads alike): one integer column. NUNIQ lists cells as
// 4 * 4^order + npix, RANGE lists half-open ranges of cells of order 29. Only space maps in ICRS (COORDSYS 'C').

import { binTableBytes, emptyPrimaryBytes, FitsHeader, type Hdu, walkHdus } from '#src/fits'
import { MAX_ORDER } from '#src/healpix'
import { cellsByOrder } from './ascii.ts'
import { MocError } from './errors.ts'
import { atOrder, type Moc, mocOfRanges } from './moc.ts'

const DEEPEST = 29
/** Cells of order 29 in one of order 24. */
const DEEP_CELLS = 4 ** (DEEPEST - MAX_ORDER)
/** Deepest order whose NUNIQ numbers fit a 32-bit column. */
const SHORT_ORDER = 13
const EXACT = 2 ** 53

function hdusOf(bytes: Uint8Array): Hdu[] {
  const walk = walkHdus({ fileSize: bytes.length })
  let step = walk.next()
  while (!step.done) {
    const { offset, length } = step.value
    step = walk.next(bytes.subarray(offset, Math.min(bytes.length, offset + length)))
  }
  return step.value
}

/** The integers of the table's only column as high * 2^32 + low. */
function readColumn(bytes: Uint8Array, hdu: Hdu, each: (high: number, low: number) => void): void {
  const form = /^\s*(\d*)([JK])/.exec(hdu.header.string('TFORM1') ?? '')
  const width = form?.[2] === 'K' ? 8 : 4
  const repeat = form?.[1] ? Number(form[1]) : 1
  if (!form || hdu.header.number('TFIELDS') !== 1 || hdu.header.number('NAXIS1') !== repeat * width)
    throw new MocError('unsupported', 'a MOC table has one column of 32- or 64-bit integers')
  const view = new DataView(bytes.buffer, bytes.byteOffset + hdu.dataOffset, hdu.dataLength)
  for (let at = 0; at + width <= hdu.dataLength; at += width) {
    if (width === 8) each(view.getInt32(at), view.getUint32(at + 4))
    else each(0, view.getInt32(at))
  }
}

/** Pairs at order 24 and the deepest order met. */
function readUniq(bytes: Uint8Array, hdu: Hdu): { pairs: number[]; deepest: number } {
  const pairs: number[] = []
  let deepest = 0
  readColumn(bytes, hdu, (high, low) => {
    const uniq = high * 4294967296 + low
    if (uniq < 4) throw new MocError('bad-cell', `a NUNIQ number is at least 4, got ${uniq}`)
    let order = (29 - Math.clz32(high >= 1 ? high : low)) >> 1
    if (high >= 1) order += 16
    if (order > DEEPEST) throw new MocError('bad-cell', `a NUNIQ number holds an order up to ${DEEPEST}, got ${uniq}`)
    deepest = Math.max(deepest, order)
    if (uniq < EXACT && order <= MAX_ORDER) {
      const scale = 4 ** (MAX_ORDER - order)
      const start = (uniq - 4 * 4 ** order) * scale
      pairs.push(start, start + scale)
    } else {
      const shift = BigInt(2 * (order - MAX_ORDER))
      const npix = ((BigInt(high) << 32n) | BigInt(low)) - 4n * 4n ** BigInt(order)
      const cell = Number(npix >> shift)
      pairs.push(cell, cell + 1)
    }
  })
  return { pairs, deepest }
}

function readRanges(bytes: Uint8Array, hdu: Hdu): number[] {
  const edges: number[] = []
  readColumn(bytes, hdu, (high, low) => {
    // Exact: high is below 2^30, and an end is rounded up to a whole cell.
    const cell = high * (4294967296 / DEEP_CELLS) + Math.floor(low / DEEP_CELLS)
    const up = edges.length % 2 === 1 && low % DEEP_CELLS !== 0
    edges.push(up ? cell + 1 : cell)
  })
  if (edges.length % 2 === 1) throw new MocError('bad-syntax', 'a MOC table of ranges holds pairs, got an odd count')
  return edges
}

/** Throws MocError, or FitsError for what is no FITS file. */
export function readMocFits(bytes: Uint8Array): Moc {
  const hdu = hdusOf(bytes).find(({ kind }) => kind === 'bintable')
  if (!hdu) throw new MocError('unsupported', 'a MOC is a binary table, this file has none')
  const { header } = hdu
  const dimension = (header.string('MOCDIM') ?? 'SPACE').trim()
  if (dimension !== 'SPACE') throw new MocError('unsupported', `only space MOCs are read, this one is ${dimension}`)
  const frame = (header.string('COORDSYS') ?? 'C').trim()
  if (frame !== 'C') throw new MocError('unsupported', `a MOC is in ICRS (COORDSYS 'C'), got '${frame}'`)
  const ordering = (header.string('ORDERING') ?? 'NUNIQ').trim()
  const said = header.number('MOCORD_S') ?? header.number('MOCORDER')
  if (said !== undefined && !(Number.isInteger(said) && said >= 0 && said <= DEEPEST))
    throw new MocError('bad-syntax', `a MOC order is 0 to ${DEEPEST}, got ${said}`)
  if (ordering === 'RANGE') {
    const ranges = mocOfRanges(MAX_ORDER, readRanges(bytes, hdu))
    return atOrder(ranges, Math.min(said ?? DEEPEST, MAX_ORDER))
  }
  if (ordering !== 'NUNIQ') throw new MocError('unsupported', `a MOC is NUNIQ or RANGE, got ORDERING '${ordering}'`)
  const { pairs, deepest } = readUniq(bytes, hdu)
  return atOrder(mocOfRanges(MAX_ORDER, pairs), Math.min(Math.max(said ?? 0, deepest), MAX_ORDER))
}

export interface MocFitsOptions {
  /** MOCTOOL. */
  readonly tool?: string
  /** DATE, ISO 8601. */
  readonly date?: string
}

/** A NUNIQ table with the keywords of MOC 2.0 and, for older readers, of MOC 1.1. */
export function writeMocFits(moc: Moc, { tool = 'Skyedge', date }: MocFitsOptions = {}): Uint8Array {
  const numbers = cellsByOrder(moc).flatMap(([order, cells]) => cells.map((npix) => 4 * 4 ** order + npix))
  const header = new FitsHeader()
    .set('MOCVERS', '2.0', 'MOC version')
    .set('MOCDIM', 'SPACE', 'physical dimension')
    .set('ORDERING', 'NUNIQ', 'cells as 4 * 4^order + npix')
    .set('COORDSYS', 'C', 'ICRS')
    .set('MOCORD_S', moc.order, 'order of the map')
    .set('MOCORDER', moc.order, 'the same, for MOC 1.1')
    .set('PIXTYPE', 'HEALPIX', 'for MOC 1.1')
    .set('MOCTOOL', tool, 'made by')
  if (date) header.set('DATE', date, 'made at')
  const short = moc.order <= SHORT_ORDER
  const table = binTableBytes(
    [{ name: 'UNIQ', code: short ? 'J' : 'K', values: short ? numbers : BigInt64Array.from(numbers, BigInt) }],
    { header, checksum: false },
  )
  const primary = emptyPrimaryBytes()
  const file = new Uint8Array(primary.length + table.length)
  file.set(primary)
  file.set(table, primary.length)
  return file
}
