import { FitsError } from './errors.ts'
import type { Hdu } from './hdu.ts'
import type { TileIndex } from './tile-index.ts'

export interface FileIndex {
  readonly hdus: Hdu[]
  readonly tiles: (TileIndex | undefined)[]
}

export function encodeFileIndex(_hdus: readonly Hdu[], _tiles: readonly (TileIndex | undefined)[]): Uint8Array {
  throw new FitsError('unsupported', 'file indexes are not written yet')
}

export function decodeFileIndex(_bytes: Uint8Array): FileIndex {
  throw new FitsError('unsupported', 'file indexes are not written yet')
}
