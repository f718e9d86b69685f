// What the first bytes of a tile say: whether it is of its format at all, and how wide it is. Nothing is decoded.
// PNG: RFC 2083 section 12.12; JPEG: ITU T.81 annex B; WebP: RFC 9649; FITS 4.0 section 4.4.1.

import type { TileFormat } from './tile.ts'

/** Bytes to read for `isTileOf`. */
export const MAGIC_BYTES = 12

const text = (bytes: Uint8Array, start: number, end: number) => String.fromCharCode(...bytes.subarray(start, end))

/** FITS tiles of old maps are gzip files by the same name (HiPS 1.0, section 4.2.1): they pass. */
export function isTileOf(format: TileFormat, bytes: Uint8Array): boolean {
  if (format === 'png') return bytes.length > 8 && text(bytes, 0, 8) === '\x89PNG\r\n\x1a\n'
  if (format === 'jpg') return bytes.length > 3 && text(bytes, 0, 3) === '\xff\xd8\xff'
  if (format === 'webp') return bytes.length > 12 && text(bytes, 0, 4) === 'RIFF' && text(bytes, 8, 12) === 'WEBP'
  return bytes.length > 9 && (text(bytes, 0, 9) === 'SIMPLE  =' || text(bytes, 0, 2) === '\x1f\x8b')
}

/** Pixels along a row; undefined where the bytes do not say it in a way that is read here. */
export function tileWidthOf(format: TileFormat, bytes: Uint8Array): number | undefined {
  if (!isTileOf(format, bytes)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (format === 'png') return bytes.length >= 24 ? view.getUint32(16) : undefined
  if (format === 'jpg') return jpegWidth(view)
  if (format === 'webp') return webpWidth(view)
  const said = /NAXIS1 {2}= +(\d{1,6})/.exec(text(bytes, 0, Math.min(bytes.length, 2880)))
  return said ? Number(said[1]) : undefined
}

function jpegWidth(view: DataView): number | undefined {
  for (let at = 2; at + 9 <= view.byteLength && view.getUint8(at) === 0xff; ) {
    const marker = view.getUint8(at + 1)
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return view.getUint16(at + 7)
    at += 2 + view.getUint16(at + 2)
  }
  return undefined
}

function webpWidth(view: DataView): number | undefined {
  if (view.byteLength < 30) return undefined
  const chunk = String.fromCharCode(...[12, 13, 14, 15].map((at) => view.getUint8(at)))
  if (chunk === 'VP8X') return 1 + (view.getUint32(24, true) & 0xffffff)
  if (chunk === 'VP8L') return 1 + (view.getUint16(21, true) & 0x3fff)
  return chunk === 'VP8 ' ? view.getUint16(26, true) & 0x3fff : undefined
}
