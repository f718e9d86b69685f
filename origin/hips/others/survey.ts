// What a tree of others has, by names and sizes alone: nothing is opened.

import { checkCodeFor, hipsMetrics, type OthersMap, type TileFormat } from '#src/hips'
import { OthersError } from './errors.ts'
import { maxTile } from './limits.ts'
import { TileCensus } from './tiles.ts'
import { nameOf, type OthersTree, shown } from './tree.ts'

/** Files whose check code is computed. */
const MAX_CHECKED = 5_000_000
/** Named in a message. */
const SHOWN = 3

export interface Survey {
  readonly census: TileCensus
  readonly formats: ReadonlySet<TileFormat>
  readonly allsky: readonly number[]
  readonly sizes?: readonly { path: string; sizeBytes: number }[]
  readonly tiles: number
  /** Files that are taken, and their bytes. */
  readonly taken: number
  readonly bytes: number
  readonly leftOut: number
}

/** A tile or Allsky of a format and an order that the map says it has. */
export function isServed({ order, formats }: OthersMap, name: { order: number; format: TileFormat }): boolean {
  return name.order <= order && formats.includes(name.format)
}

/** Names and sizes alone: nothing is opened. */
export async function survey(tree: OthersTree, others: OthersMap, maxBytes: number): Promise<Survey> {
  const census = new TileCensus()
  const formats = new Set<TileFormat>()
  const allsky = new Set<number>()
  const misnamed: string[] = []
  const sizes: { path: string; sizeBytes: number }[] = []
  let tiles = 0
  let taken = 0
  let bytes = 0
  let leftOut = 0
  for await (const { path, sizeBytes } of tree.files()) {
    const name = nameOf(path)
    if (name.kind === 'misnamed') misnamed.push(path)
    if (misnamed.length > SHOWN) break
    const isImage = name.kind === 'tile' || name.kind === 'allsky'
    if (name.kind === 'other' || (isImage && !isServed(others, name))) {
      leftOut++
      continue
    }
    taken++
    bytes += sizeBytes
    if (bytes > maxBytes) throw new OthersError('too-large', `the map has more than ${maxBytes} bytes (--max-bytes)`)
    if (name.kind === 'tile' && sizeBytes > maxTile(others.tileWidth))
      throw new OthersError(
        'too-large',
        `${shown(path)} has ${sizeBytes} bytes, more than a tile ${others.tileWidth} pixels wide can have`,
      )
    if (isImage && sizes.length <= MAX_CHECKED) sizes.push({ path, sizeBytes })
    if (name.kind === 'allsky') allsky.add(name.order)
    if (name.kind !== 'tile') continue
    formats.add(name.format)
    tiles++
    if (!census.add(name)) throw new OthersError('too-large', `the map has more than ${tiles} tiles`)
  }
  if (misnamed.length > 0)
    throw new OthersError(
      'bad-tree',
      `${misnamed.slice(0, SHOWN).map(shown).join(', ')}${misnamed.length > SHOWN ? ', …' : ''}: a tile is named like Norder3/Dir0/Npix12.png, with the Dir of its number`,
    )
  if (tiles === 0)
    throw new OthersError(
      'bad-tree',
      `there is no ${others.formats.join(' or ')} tile of order 0 to ${others.order}, as properties says there are`,
    )
  const whole = sizes.length <= MAX_CHECKED
  return { census, formats, allsky: [...allsky], ...(whole && { sizes }), tiles, taken, bytes, leftOut }
}

export function notesOf(others: OthersMap, found: Survey): string[] {
  const { census, formats, leftOut } = found
  const notes: string[] = []
  const deepest = census.orders.at(-1) ?? 0
  if (deepest < others.order) notes.push(`the deepest tile is of order ${deepest}, hips_order says ${others.order}`)
  const absent = others.formats.filter((format) => !formats.has(format))
  if (absent.length > 0) notes.push(`there is no ${absent.join(' nor ')} tile, though hips_tile_format says so`)
  if (leftOut > 0) notes.push(`${leftOut} files are no part of what the map says it has: left out`)
  for (const format of unlikeTheCode(others, found))
    notes.push(`the ${format} tiles are not all those that hips_check_code was made of`)
  return notes
}

/** The formats whose hips_check_code says other files than these. */
export function unlikeTheCode({ checkCode }: OthersMap, { formats, sizes }: Survey): TileFormat[] {
  if (!checkCode || !sizes) return []
  return [...formats].filter((format) => {
    const said = checkCodeFor(format, checkCode)
    // Hipsgen says 0 of jpeg: it looks for files that end so.
    return said && Number(hipsMetrics([format], sizes).checkCode.split(':')[1]) !== said
  })
}
