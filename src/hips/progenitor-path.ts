// The addresses below `HpxFinder`: which images lie under each cell of a map. Hipsgen's layout: cells as tiles have
// them but without an ending, one Allsky at order 3, and three files that describe them.

import { parseTilePath } from './tile.ts'

export type ProgenitorAddress =
  | { readonly kind: 'file'; readonly name: 'properties' | 'metadata.xml' | 'Moc.fits' }
  | { readonly kind: 'cell'; readonly order: number; readonly npix: number }
  | { readonly kind: 'allsky' }

/** The folder's name, with which its addresses begin. */
export const PROGENITORS = 'HpxFinder/'
export const PROGENITOR_ALLSKY_ORDER = 3

/** Of a path below the map's root; undefined for what is no such address. */
export function parseProgenitorPath(path: string): ProgenitorAddress | undefined {
  if (!path.startsWith(PROGENITORS)) return undefined
  const name = path.slice(PROGENITORS.length)
  if (name === 'properties' || name === 'metadata.xml' || name === 'Moc.fits') return { kind: 'file', name }
  if (name === `Norder${PROGENITOR_ALLSKY_ORDER}/Allsky`) return { kind: 'allsky' }
  const cell = /\/Npix\d+$/.test(name) ? parseTilePath(`${name}.fits`) : undefined
  return cell && { kind: 'cell', order: cell.order, npix: cell.npix }
}

/** Where the name of a file begins in `map/file`: its last segment, or the folder of tiles or progenitors with it. */
export function mapFileStart(path: string): number {
  const folder = path.lastIndexOf(`/${PROGENITORS}`)
  const order = folder >= 0 ? folder : path.lastIndexOf('/Norder')
  return (order >= 0 ? order : path.lastIndexOf('/')) + 1
}
