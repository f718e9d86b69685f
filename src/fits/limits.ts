// What a file may ask of us before anything is allocated. The defaults leave room for every survey file we know
// (a few hundred HDUs, a few thousand cards) and stop a hostile one early.

export interface FitsLimits {
  /** Cards in one header. */
  readonly maxCards?: number
  /** HDUs in one file. */
  readonly maxHdus?: number
  /** Header bytes of all HDUs together. */
  readonly maxHeaderBytes?: number
  /** Bytes in the file; when given, data that would end behind it is 'truncated'. */
  readonly fileSize?: number
}

export const DEFAULT_LIMITS = {
  maxCards: 40_000,
  maxHdus: 10_000,
  maxHeaderBytes: 64 * 2 ** 20,
} as const

/** Pixels of one compression tile: bounds what decoding a tile may allocate (4 or 8 bytes each). */
export const MAX_TILE_PIXELS = 2 ** 26
/** The same where a few bytes may stand for a whole tile (HCOMPRESS_1, PLIO_1). */
export const MAX_DENSE_TILE_PIXELS = 2 ** 24
/** Bytes of one decoded window: what one call may allocate for its answer. */
export const MAX_WINDOW_BYTES = 2 ** 31
/** NAXIS may be at most this (FITS 4.0 §4.4.1.1). */
export const MAX_NAXIS = 999
