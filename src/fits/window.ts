import type { Runtime } from '#src/runtime'
import type { ByteSource, ReadOptions } from '#src/storage'
import { FitsError } from './errors.ts'
import type { Hdu } from './hdu.ts'
import type { PixelWindow, RawImage } from './pixels.ts'
import type { TileIndex } from './tile-index.ts'

export interface WindowOptions extends ReadOptions {
  /** From readTileIndex or a file index; without it the rows of the tile table that are needed are read first. */
  readonly tiles?: TileIndex
  /** Which plane of a cube, 0-based over all axes beyond the second. */
  readonly plane?: number
  readonly runtime?: Runtime
}

/** The stored pixels of a window, reading by range only what it needs. */
export async function readWindow(
  _source: ByteSource,
  _hdu: Hdu,
  _window: PixelWindow,
  _options: WindowOptions = {},
): Promise<RawImage> {
  throw new FitsError('unsupported', 'reading windows is not written yet')
}
