// A small HiPS as others might have made it: tiles that are right by their first bytes and told apart by their ends.

import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tilePath } from '#src/hips'
import { mocOf, writeMocFits } from '#src/moc'

export const PROPERTIES: Readonly<Record<string, string>> = {
  creator_did: 'ivo://other.example/P/sky',
  obs_title: 'The sky of others',
  dataproduct_type: 'image',
  hips_version: '1.4',
  hips_release_date: '2019-05-07T10:55Z',
  hips_status: 'public master clonableOnce',
  hips_frame: 'equatorial',
  hips_order: '3',
  hips_tile_width: '512',
  hips_tile_format: 'png',
}

export const propertiesText = (more: Readonly<Record<string, string | undefined>> = {}): string =>
  Object.entries({ ...PROPERTIES, ...more })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key.padEnd(21)}= ${value}\n`)
    .join('')

/** First bytes of a PNG 512 pixels wide, then `tail`. */
export function pngLike(tail: string, width = 512): Uint8Array {
  const head = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\0\x08\x02\0\0\0', 'latin1')
  head.writeUInt32BE(width, 16)
  head.writeUInt32BE(width, 20)
  return new Uint8Array(Buffer.concat([head, Buffer.from(tail)]))
}

export type Files = Map<string, Uint8Array>

/** Tiles of orders 0 to `order` over a cell of order 0, and what describes them. */
export function othersMap(more: Readonly<Record<string, string | undefined>> = {}, order = 3, cell = 4): Files {
  const files: Files = new Map([['properties', Buffer.from(propertiesText({ hips_order: String(order), ...more }))]])
  for (let k = 0; k <= order; k++)
    for (let npix = cell * 4 ** k; npix < (cell + 1) * 4 ** k; npix++)
      files.set(tilePath({ order: k, npix, format: 'png' }), pngLike(`tile ${k}/${npix}`))
  if (order >= 3) files.set('Norder3/Allsky.png', pngLike('all the sky', 1728))
  return files
}

/** With a Moc.fits of its deepest tiles, as all but old maps have. */
export function othersMapWithMoc(more: Readonly<Record<string, string | undefined>> = {}): Files {
  const deepest = Array.from({ length: 64 }, (_, i) => 256 + i)
  return othersMap(more).set('Moc.fits', writeMocFits(mocOf(3, deepest)))
}

/** Whole seconds, long ago. */
export const MADE_MS = Date.UTC(2019, 4, 7, 10, 55)

export function writeFiles(folder: string, files: Files, modifiedMs = MADE_MS): void {
  for (const [path, bytes] of files) {
    const full = join(folder, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, bytes)
    utimesSync(full, modifiedMs / 1000, modifiedMs / 1000)
  }
}
