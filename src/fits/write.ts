// Writing images: whole small HDUs as bytes, or a stream of several HDUs whose length is known before the first pixel.

import { portableRuntime, type Runtime } from '#src/runtime'
import type { Card } from './card.ts'
import { encodeChecksum, sum32 } from './checksum.ts'
import { FitsError } from './errors.ts'
import { BLOCK_LENGTH, FitsHeader } from './header.ts'
import {
  type Bitpix,
  bigEndian,
  bytesOf,
  bytesPerPixel,
  type ImageShape,
  type PixelArray,
  type RawImage,
  swapInPlace,
} from './pixels.ts'

export interface HduOptions {
  /** A primary HDU (SIMPLE) instead of an extension (XTENSION). */
  readonly primary?: boolean
  /** EXTNAME. */
  readonly name?: string
  readonly runtime?: Runtime
  /** Write CHECKSUM and DATASUM (default true). */
  readonly checksum?: boolean
}

/** One HDU of a stream: ready-made bytes, or an image whose rows come later, bottom row first. */
export type StreamPart = { readonly bytes: Uint8Array } | ImagePart

export interface ImagePart {
  readonly header: FitsHeader
  readonly bitpix: Bitpix
  readonly axes: readonly number[]
  readonly bscale?: number
  readonly bzero?: number
  readonly blank?: number
  readonly name?: string
  readonly primary?: boolean
  /** Whole pixels in the machine's byte order, in pieces of any length. */
  readonly bands?: AsyncIterable<PixelArray> | Iterable<PixelArray>
  /** Or the bytes as a FITS file holds them: copied without a swap. */
  readonly fileBytes?: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

const STRUCTURAL =
  /^(?:SIMPLE|XTENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|EXTEND|GROUPS|BSCALE|BZERO|BLANK|CHECKSUM|DATASUM|TFIELDS|THEAP|END)$/

const padding = (length: number) => (BLOCK_LENGTH - (length % BLOCK_LENGTH)) % BLOCK_LENGTH

/** A copy of the header whose structure says what is written; every other card stays as it was. */
function imageCards(header: FitsHeader, shape: ImageShape, { primary, name }: HduOptions): FitsHeader {
  const { bitpix, axes, bscale, bzero, blank } = shape
  const cards: Card[] = [
    primary ? card('SIMPLE', true, 'conforms to the FITS standard') : card('XTENSION', 'IMAGE', 'image extension'),
    card('BITPIX', bitpix, 'bits per pixel, negative for floats'),
    card('NAXIS', axes.length, 'number of axes'),
    ...axes.map((length, i) => card(`NAXIS${i + 1}`, length, '')),
    ...(primary ? [card('EXTEND', true, 'extensions may follow')] : [card('PCOUNT', 0, ''), card('GCOUNT', 1, '')]),
  ]
  if (bscale !== 1 || bzero !== 0)
    cards.push(card('BSCALE', bscale, 'value = BZERO + BSCALE * stored'), card('BZERO', bzero, ''))
  if (blank !== undefined && bitpix > 0) cards.push(card('BLANK', blank, 'stored value of undefined pixels'))
  const out = header.clone().removeWhere((keyword) => STRUCTURAL.test(keyword))
  if (name !== undefined) out.remove('EXTNAME')
  if (name) cards.push(card('EXTNAME', name, ''))
  return prependStructure(out, cards)
}

/** Puts the structural cards in front, and the note that older readers expect where strings are continued. */
export function prependStructure(header: FitsHeader, cards: readonly Card[]): FitsHeader {
  const note = card('LONGSTRN', 'OGIP 1.0', 'long strings go on in CONTINUE cards')
  return header.prepend(header.hasLongStrings && !header.has('LONGSTRN') ? [...cards, note] : cards)
}

const card = (keyword: string, value: Card['value'], comment: string): Card => ({ keyword, value, comment })

/** Header and data as one HDU, both padded to blocks; `finish` may change the data in their place; then come the checksums. */
export function joinHdu(
  header: FitsHeader,
  data: Uint8Array,
  checksum: boolean,
  finish?: (data: Uint8Array) => void,
): Uint8Array<ArrayBuffer> {
  const dataLength = data.length + padding(data.length)
  if (checksum) header = header.clone().set('CHECKSUM', '0'.repeat(16), 'of the HDU').set('DATASUM', '0', 'of the data')
  const length = header.encode().length
  const out = new Uint8Array(length + dataLength)
  out.set(data, length)
  finish?.(out.subarray(length, length + data.length))
  if (checksum) {
    const dataSum = sum32(out.subarray(length))
    header.set('DATASUM', dataSum.toString())
    header.set('CHECKSUM', encodeChecksum(sum32(header.encode(), dataSum)))
  }
  out.set(header.encode())
  return out
}

/** A whole image HDU; of the header every card but the structural ones is kept. */
export function imageHduBytes(header: FitsHeader, raw: RawImage, options: HduOptions = {}): Uint8Array<ArrayBuffer> {
  const { runtime = portableRuntime, checksum = true } = options
  const { bitpix, width, height, data } = raw
  if (data.length !== width * height || data.BYTES_PER_ELEMENT !== bytesPerPixel(bitpix))
    throw new FitsError('bad-value', `${width} x ${height} pixels of BITPIX ${bitpix} need as many, got ${data.length}`)
  const cards = imageCards(header, { ...raw, axes: [width, height] }, options)
  return joinHdu(cards, bytesOf(data), checksum, (bytes) => swapInPlace(bytes, data.BYTES_PER_ELEMENT, runtime))
}

/** A primary HDU without data, in front of extensions. */
export function emptyPrimaryBytes(
  header = new FitsHeader(),
  { checksum = true }: { checksum?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const cards = imageCards(header, { bitpix: 8, axes: [], bscale: 1, bzero: 0 }, { primary: true })
  return joinHdu(cards, new Uint8Array(0), checksum)
}

const pixelsLength = ({ bitpix, axes }: ImagePart) =>
  axes.length === 0 ? 0 : axes.reduce((product, length) => product * length, bytesPerPixel(bitpix))

const partHeader = (part: ImagePart) =>
  imageCards(part.header, { ...part, bscale: part.bscale ?? 1, bzero: part.bzero ?? 0 }, part).encode()

/** Bytes that fitsStream will give: known before any pixel is. */
export function fitsLength(parts: readonly StreamPart[]): number {
  let length = 0
  for (const part of parts) {
    const data = 'bytes' in part ? part.bytes.length : pixelsLength(part)
    length += data + padding(data) + ('bytes' in part ? 0 : partHeader(part).length)
  }
  return length
}

/** The parts one after another, each padded to blocks. Without checksums: they would have to precede the pixels. */
export async function* fitsStream(
  parts: readonly StreamPart[],
  { runtime = portableRuntime }: { runtime?: Runtime } = {},
): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if ('bytes' in part) {
      yield part.bytes
      if (padding(part.bytes.length) > 0) yield new Uint8Array(padding(part.bytes.length))
      continue
    }
    yield partHeader(part)
    const length = pixelsLength(part)
    let written = 0
    for await (const piece of piecesOf(part, runtime)) {
      written += piece.length
      if (written > length) break
      yield piece
    }
    if (written !== length)
      throw new FitsError('bad-value', `an image of ${length} bytes was promised, its bands hold ${written} or more`)
    if (padding(length) > 0) yield new Uint8Array(padding(length))
  }
}

async function* piecesOf(part: ImagePart, runtime: Runtime): AsyncGenerator<Uint8Array> {
  if (part.fileBytes) yield* part.fileBytes
  for await (const band of part.bands ?? []) {
    if (band.BYTES_PER_ELEMENT !== bytesPerPixel(part.bitpix))
      throw new FitsError('bad-value', `bands of BITPIX ${part.bitpix} were promised, got ${band.constructor.name}`)
    yield bigEndian(band, runtime)
  }
}
