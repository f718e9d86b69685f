// GZIP_1 and GZIP_2 (FITS 4.0 §10.4.2-10.4.3): a gzip member of the tile's big-endian words; GZIP_2 first gathers all
// highest bytes, then all next ones, and so on.

import type { Runtime } from '#src/runtime'
import { FitsError } from '../errors.ts'

/** Inflates a member whose length must be `count` words of one of the widths given; the width comes back with it. */
export function gunzipWords(
  bytes: Uint8Array,
  count: number,
  widths: readonly number[],
  runtime: Runtime,
): { bytes: Uint8Array; width: number } {
  if (bytes.length < 18 || bytes[0] !== 0x1f || bytes[1] !== 0x8b)
    throw new FitsError('bad-data', `a GZIP tile is a gzip member, got ${bytes.length} bytes that are none`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const claimed = view.getUint32(bytes.length - 4, true)
  const width = widths.find((bytesPerWord) => bytesPerWord * count === claimed) ?? widths[0]
  try {
    return { bytes: runtime.gunzip(bytes, width * count), width }
  } catch (cause) {
    throw new FitsError('bad-data', `a GZIP tile inflates to ${width * count} bytes, this one does not`, { cause })
  }
}

/** GZIP_2's order: byte 0 of every word, then byte 1 of every word, ... */
export function shuffle(bytes: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length)
  const count = bytes.length / width
  for (let plane = 0, to = 0; plane < width; plane++)
    for (let word = 0; word < count; word++) out[to++] = bytes[word * width + plane]
  return out
}

export function unshuffle(bytes: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length)
  const count = bytes.length / width
  for (let plane = 0, from = 0; plane < width; plane++)
    for (let word = 0; word < count; word++) out[word * width + plane] = bytes[from++]
  return out
}
