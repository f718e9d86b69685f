// Where the HDUs of a file lie and what each holds, from the headers alone (FITS 4.0 §3, §4.4.1). The walk does no
// I/O: it yields the byte ranges it wants and is handed bytes, shorter than asked only where the file ends.

import type { ByteRange, ByteSource, ReadOptions } from '#src/storage'
import { CARD_LENGTH } from './card.ts'
import { FitsError } from './errors.ts'
import { BLOCK_LENGTH, FitsHeader } from './header.ts'
import { DEFAULT_LIMITS, type FitsLimits, MAX_NAXIS } from './limits.ts'
import { type ImageShape, isBitpix } from './pixels.ts'
import { type TileLayout, tileLayout } from './tile-layout.ts'

export type HduKind = 'empty' | 'image' | 'compressed-image' | 'bintable' | 'table' | 'other'

export interface Hdu {
  /** 0 = primary. */
  readonly index: number
  /** EXTNAME, or ''. */
  readonly name: string
  /** EXTVER, or 1. */
  readonly version: number
  readonly kind: HduKind
  /** As in the file: of a compressed image the table's (see imageHeader). */
  readonly header: FitsHeader
  readonly headerOffset: number
  readonly headerLength: number
  readonly dataOffset: number
  /** Without padding. */
  readonly dataLength: number
  /** Of images, also of the image inside a compressed one. */
  readonly image?: ImageShape
  readonly tiles?: TileLayout
}

const FIRST_READ = 5 * BLOCK_LENGTH
const paddedLength = (length: number) => Math.ceil(length / BLOCK_LENGTH) * BLOCK_LENGTH

export function* walkHdus(limits: FitsLimits = {}): Generator<ByteRange, Hdu[], Uint8Array> {
  const { maxHdus, maxHeaderBytes, fileSize } = { ...DEFAULT_LIMITS, ...limits }
  const hdus: Hdu[] = []
  let offset = 0
  let headerBytes = 0
  while (fileSize === undefined || offset < fileSize) {
    const bytes = yield* readHeader(offset, hdus.length, { ...DEFAULT_LIMITS, ...limits })
    if (!bytes) break
    if (hdus.length === maxHdus) throw new FitsError('too-large', `a file may hold ${maxHdus} HDUs, this one has more`)
    headerBytes += bytes.length
    if (headerBytes > maxHeaderBytes)
      throw new FitsError('too-large', `the headers of a file may take ${maxHeaderBytes} bytes, these take more`)
    const hdu = describe(hdus.length, FitsHeader.parse(bytes), offset, bytes.length)
    const end = hdu.dataOffset + hdu.dataLength
    if (fileSize !== undefined && end > fileSize)
      throw new FitsError('truncated', `HDU ${hdu.index} ends at byte ${end}, but the file has ${fileSize} bytes`)
    hdus.push(hdu)
    offset = hdu.dataOffset + paddedLength(hdu.dataLength)
  }
  if (hdus.length === 0) throw new FitsError('not-fits', 'a FITS file starts with SIMPLE, got an empty file')
  return hdus
}

/** Every HDU of a source: headers only, data is not touched. */
export async function readHdus(source: ByteSource, limits: FitsLimits & ReadOptions = {}): Promise<Hdu[]> {
  const { signal, ...rest } = limits
  const walk = walkHdus({ fileSize: await source.size(), ...rest })
  let step = walk.next()
  while (!step.done) step = walk.next(await source.read(step.value, { signal }))
  return step.value
}

/** The header's bytes up to the end of its last block; undefined behind the last HDU (padding or special records). */
function* readHeader(
  offset: number,
  index: number,
  limits: { maxCards: number },
): Generator<ByteRange, Uint8Array | undefined, Uint8Array> {
  const maxLength = paddedLength(limits.maxCards * CARD_LENGTH)
  let bytes: Uint8Array = yield { offset, length: FIRST_READ }
  if (!startsHdu(bytes, index)) {
    if (index > 0) return undefined
    const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b
    const start = String.fromCharCode(...bytes.subarray(0, 9)).replace(/[^\x20-\x7e]/g, '?')
    const got = bytes.length === 0 ? 'an empty file' : gzip ? 'a gzip file, to be inflated first' : `"${start}"`
    throw new FitsError('not-fits', `a FITS file starts with "SIMPLE  =", got ${got}`)
  }
  let scanned = 0
  for (;;) {
    const end = findEnd(bytes, scanned)
    if (end >= 0) return bytes.subarray(0, Math.min(bytes.length, paddedLength(end + CARD_LENGTH)))
    scanned = bytes.length - (bytes.length % CARD_LENGTH)
    if (bytes.length >= maxLength)
      throw new FitsError('too-large', `a header may hold ${limits.maxCards} cards, HDU ${index} has no END by then`)
    const length = Math.min(bytes.length * 2, maxLength - bytes.length)
    const more: Uint8Array = yield { offset: offset + bytes.length, length }
    if (more.length === 0) throw new FitsError('truncated', `the header of HDU ${index} has no END card`)
    const joined = new Uint8Array(bytes.length + more.length)
    joined.set(bytes)
    joined.set(more, bytes.length)
    bytes = joined
  }
}

function startsHdu(bytes: Uint8Array, index: number): boolean {
  const word = index === 0 ? 'SIMPLE  =' : 'XTENSION='
  for (let i = 0; i < word.length; i++) if (bytes[i] !== word.charCodeAt(i)) return false
  return true
}

/** Offset of the END card, or -1. */
function findEnd(bytes: Uint8Array, from: number): number {
  for (let at = from; at + CARD_LENGTH <= bytes.length; at += CARD_LENGTH) {
    if (bytes[at] !== 0x45 || bytes[at + 1] !== 0x4e || bytes[at + 2] !== 0x44) continue
    let i = at + 3
    while (i < at + CARD_LENGTH && bytes[i] === 0x20) i++
    if (i === at + CARD_LENGTH) return at
  }
  return -1
}

function describe(index: number, header: FitsHeader, headerOffset: number, headerLength: number): Hdu {
  const bitpix = header.number('BITPIX')
  if (!isBitpix(bitpix)) throw new FitsError('bad-header', `BITPIX is one of 8 16 32 64 -32 -64, got ${bitpix}`)
  const axes = readAxes(header, 'NAXIS')
  const extension = index === 0 ? 'IMAGE' : (header.string('XTENSION') ?? '')
  const dataLength = dataLengthOf(header, bitpix, axes, index)
  const place = {
    index,
    name: header.string('EXTNAME') ?? '',
    version: header.number('EXTVER') ?? 1,
    header,
    headerOffset,
    headerLength,
    dataOffset: headerOffset + headerLength,
    dataLength,
  }
  if (header.get('GROUPS') === true && axes[0] === 0) return { ...place, kind: 'other' }
  if (extension === 'IMAGE' || extension === 'IUEIMAGE') {
    if (axes.length === 0 || axes.includes(0)) return { ...place, kind: 'empty' }
    return { ...place, kind: 'image', image: imageShape(header, bitpix, axes) }
  }
  if (extension === 'TABLE') return { ...place, kind: 'table' }
  if (extension !== 'BINTABLE' && extension !== 'A3DTABLE') return { ...place, kind: 'other' }
  if (header.get('ZIMAGE') !== true) return { ...place, kind: 'bintable' }
  const inner = header.number('ZBITPIX')
  if (!isBitpix(inner)) throw new FitsError('bad-header', `ZBITPIX is one of 8 16 32 64 -32 -64, got ${inner}`)
  const innerAxes = readAxes(header, 'ZNAXIS')
  if (innerAxes.length === 0 || innerAxes.includes(0)) return { ...place, kind: 'empty' }
  const image = imageShape(header, inner, innerAxes)
  return { ...place, kind: 'compressed-image', image, tiles: tileLayout(place, image) }
}

function readAxes(header: FitsHeader, keyword: 'NAXIS' | 'ZNAXIS'): number[] {
  const count = header.number(keyword)
  if (count === undefined || !Number.isInteger(count) || count < 0 || count > MAX_NAXIS)
    throw new FitsError('bad-header', `${keyword} is a whole number from 0 to ${MAX_NAXIS}, got ${header.get(keyword)}`)
  const axes: number[] = []
  for (let i = 1; i <= count; i++) {
    const length = header.number(`${keyword}${i}`)
    if (length === undefined || !Number.isSafeInteger(length) || length < 0)
      throw new FitsError('bad-header', `${keyword}${i} is a whole number from 0, got ${header.get(`${keyword}${i}`)}`)
    axes.push(length)
  }
  return axes
}

/** Bits = |BITPIX| * GCOUNT * (PCOUNT + product of the axes); random groups leave NAXIS1 = 0 out (§4.4.1, §6). */
function dataLengthOf(header: FitsHeader, bitpix: number, axes: number[], index: number): number {
  const groups = axes[0] === 0 && header.get('GROUPS') === true
  const counted = groups ? axes.slice(1) : axes
  if (counted.length === 0) return 0
  const extension = index > 0 || groups
  const parameters = (extension ? header.number('PCOUNT') : undefined) ?? 0
  const count = (extension ? header.number('GCOUNT') : undefined) ?? 1
  const pixels = counted.reduce((product, length) => product * length, 1)
  const length = (Math.abs(bitpix) / 8) * count * (parameters + pixels)
  if (!Number.isSafeInteger(length) || length < 0 || parameters < 0)
    throw new FitsError('too-large', `HDU ${index} claims ${length} bytes of data, more than any file holds`)
  return length
}

function imageShape(header: FitsHeader, bitpix: ImageShape['bitpix'], axes: number[]): ImageShape {
  const blank = bitpix > 0 ? (header.number('BLANK') ?? header.number('ZBLANK')) : undefined
  return { bitpix, axes, bscale: header.number('BSCALE') ?? 1, bzero: header.number('BZERO') ?? 0, blank }
}
