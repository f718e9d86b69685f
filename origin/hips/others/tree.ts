// A HiPS that others made, as files: a folder or a zip. What a file is follows from its name alone, by the fixed
// shapes of HiPS 1.0 (section 4.1 and 4.3); a name of another shape is passed over, so no path of theirs is ever used.

import { parseAllskyPath, parseTilePath, type TileAddress, type TileFormat } from '#src/hips'

export interface OthersFile {
  /** Below the map's root, with slashes. */
  readonly path: string
  readonly sizeBytes: number
  /** Whole seconds, Unix ms. */
  readonly modifiedMs: number
  /** At most `MAX_FILE_BYTES`. */
  read(): Promise<Uint8Array>
  /** The first bytes, fewer where the file is shorter. */
  head(length: number): Promise<Uint8Array>
}

export interface OthersTree {
  /** Every file, as often as it is asked. */
  files(): AsyncIterable<OthersFile>
  /** Of a folder: where it is; tiles may be served from there. */
  readonly folder?: string
  close(): Promise<void>
}

/** A path of theirs in a message: quoted, and cut where it goes on for ever. */
export const shown = (path: string): string => JSON.stringify(path.slice(0, 120))

/** A tile of 4096 x 4096 doubles and its header, twice. */
export const MAX_FILE_BYTES = 256 * 1024 * 1024

export type OthersName =
  | ({ readonly kind: 'tile' } & TileAddress)
  | { readonly kind: 'allsky'; readonly order: number; readonly format: TileFormat }
  /** `properties`, `Moc.fits`, …: taken by these names. */
  | { readonly kind: 'about' }
  /** A tile or an Allsky by its name, but none that can be served. */
  | { readonly kind: 'misnamed' }
  | { readonly kind: 'other' }

const ABOUT = /^(?:properties|Moc\.fits|metadata\.xml|preview\.jpg)$/
const FINDER = /^HpxFinder\/(?:properties|Moc\.fits|metadata\.xml|Norder\d{1,2}\/(?:Allsky|Dir\d{1,16}\/Npix\d{1,16}))$/
const LIKE_A_TILE = /^Norder[^/]*\/(?:[^/]*\/)*(?:Npix|Allsky)[^/]*$/

export function nameOf(path: string): OthersName {
  const tile = parseTilePath(path)
  if (tile) return { kind: 'tile', ...tile }
  const allsky = parseAllskyPath(path)
  if (allsky) return { kind: 'allsky', ...allsky }
  if (ABOUT.test(path) || FINDER.test(path)) return { kind: 'about' }
  return { kind: LIKE_A_TILE.test(path) ? 'misnamed' : 'other' }
}
