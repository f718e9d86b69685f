// The files of a map beside its tiles (HiPS 1.0, sections 4.3 and 4.4), and the media type of each file of a map.

import type { TileFormat } from './tile.ts'

const TEXT = 'text/plain; charset=utf-8'

const OF_TILES: Readonly<Record<TileFormat, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  fits: 'application/fits',
}

const OF_FILES: ReadonlyMap<string, string> = new Map([
  ['properties', TEXT],
  ['Moc.fits', OF_TILES.fits],
  ['index.html', 'text/html; charset=utf-8'],
  ['metadata.xml', 'application/x-votable+xml'],
  ['preview.jpg', OF_TILES.jpg],
])

export const tileMediaType = (format: TileFormat): string => OF_TILES[format]

/** By its name below the map's root; undefined for what is no such file. */
export const mapFileMediaType = (name: string): string | undefined => OF_FILES.get(name)
