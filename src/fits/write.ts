import type { Runtime } from '#src/runtime'
import { FitsError } from './errors.ts'
import type { FitsHeader } from './header.ts'
import type { Bitpix, PixelArray, RawImage } from './pixels.ts'

export interface HduOptions {
  /** A primary HDU (SIMPLE) instead of an extension (XTENSION). */
  readonly primary?: boolean
  readonly name?: string
  readonly runtime?: Runtime
  /** Write CHECKSUM and DATASUM (default true). */
  readonly checksum?: boolean
}

/** One HDU of a stream: ready-made bytes, or an image whose bands come later, bottom row first. */
export type StreamPart =
  | { readonly bytes: Uint8Array }
  | {
      readonly header: FitsHeader
      readonly bitpix: Bitpix
      readonly axes: readonly number[]
      readonly bscale?: number
      readonly bzero?: number
      readonly blank?: number
      readonly name?: string
      readonly primary?: boolean
      /** Pixels in the machine's byte order, in whole pixels. */
      readonly bands?: AsyncIterable<PixelArray> | Iterable<PixelArray>
      /** Or the bytes as in a FITS file: copied without a swap. */
      readonly fileBytes?: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
    }

export function imageHduBytes(_header: FitsHeader, _raw: RawImage, _options: HduOptions = {}): Uint8Array {
  throw new FitsError('unsupported', 'writing images is not written yet')
}

/** A primary HDU without data, in front of extensions. */
export function emptyPrimaryBytes(_header?: FitsHeader, _options: { checksum?: boolean } = {}): Uint8Array {
  throw new FitsError('unsupported', 'writing images is not written yet')
}

/** Bytes that fitsStream will give: known before any pixel is. */
export function fitsLength(_parts: readonly StreamPart[]): number {
  throw new FitsError('unsupported', 'writing streams is not written yet')
}

// biome-ignore lint/correctness/useYield: follows
export async function* fitsStream(
  _parts: readonly StreamPart[],
  _options: { runtime?: Runtime } = {},
): AsyncGenerator<Uint8Array> {
  throw new FitsError('unsupported', 'writing streams is not written yet')
}
