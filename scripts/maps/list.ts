// `skyedge hips list`, `show` and `remove`: which maps there are, what each order of one holds, and away with one.

import { join } from 'node:path'
import type { Command } from 'commander'
import { openCatalog } from '../../origin/catalog/open.ts'
import type { Catalog, MapRecord } from '../../origin/catalog/store.ts'
import { loadConfig } from '../../origin/config.ts'
import { HipsBuildError } from '../../origin/hips/errors.ts'
import { hipsFolderOf } from '../../origin/hips/map-folder.ts'
import { removeMap } from '../../origin/hips/remove.ts'
import { type MapStatistics, readStatistics } from '../../origin/hips/statistics.ts'
import { asUsage } from './usage.ts'

interface Options {
  readonly json?: boolean
}

interface World {
  readonly catalog: Catalog
  readonly hipsFolder: string
}

export function addList(hips: Command): void {
  hips
    .command('list')
    .description('the maps of this node')
    .option('--json', 'print the list as JSON')
    .action((options: Options) => withCatalog((world) => list(world, options)))
  hips
    .command('show')
    .argument('<map>', 'name of the map')
    .description('what each order of a map holds: tiles, share of the sky, bytes and pixels of each format')
    .option('--json', 'print it as JSON')
    .action((map: string, options: Options) => withCatalog((world) => show(map, world, options)))
  hips
    .command('remove')
    .argument('<map>', 'name of the map')
    .description('take a map away, its tiles too')
    .option('--json', 'print the result as JSON')
    .action((map: string, options: Options) => withCatalog((world) => remove(map, world, options)))
}

async function withCatalog(use: (world: World) => Promise<void>): Promise<void> {
  const config = loadConfig()
  const catalog = await openCatalog(config)
  try {
    await use({ catalog, hipsFolder: hipsFolderOf(config.dataFolder) })
  } catch (error) {
    throw asUsage(error)
  } finally {
    await catalog.close()
  }
}

const statisticsOf = ({ folder }: MapRecord, hipsFolder: string) => readStatistics(join(hipsFolder, folder))

function totals(statistics: MapStatistics | undefined): { tiles?: number; bytes?: number } {
  if (!statistics) return {}
  const formats = statistics.orders.flatMap(({ formats }) => Object.values(formats))
  const tiles = statistics.orders.reduce((sum, { tiles, formats }) => sum + tiles * Object.keys(formats).length, 0)
  return { tiles, bytes: formats.reduce((sum, { bytes }) => sum + bytes, 0) }
}

async function list({ catalog, hipsFolder }: World, { json }: Options): Promise<void> {
  const maps = (await catalog.maps()).map((record) => {
    const { map, title, order, publicOrder, formats, made = 'built', layout, skyFraction, modifiedMs, rights } = record
    const of = { map, title, order, publicOrder, formats, made, layout: layout?.kind ?? 'tree', access: rights.access }
    return {
      ...of,
      skyFraction,
      ...totals(statisticsOf(record, hipsFolder)),
      modified: new Date(modifiedMs).toISOString(),
    }
  })
  if (json) return console.log(JSON.stringify(maps))
  if (maps.length === 0) return console.log('there is no map yet: skyedge hips build makes one')
  const rows = maps.map((one) => [
    one.map,
    `${one.order}`,
    one.publicOrder < 0 ? '-' : `${one.publicOrder}`,
    one.formats.join(','),
    one.layout === 'tree' ? one.made : `${one.made}, ${one.layout}`,
    `${one.tiles ?? '-'}`,
    one.bytes === undefined ? '-' : sizeText(one.bytes),
    one.skyFraction === undefined ? '-' : `${(100 * one.skyFraction).toPrecision(3)} %`,
    one.modified.slice(0, 16),
  ])
  print([['map', 'order', 'public', 'formats', 'made', 'tiles', 'size', 'sky', 'released'], ...rows])
}

async function show(map: string, { catalog, hipsFolder }: World, { json }: Options): Promise<void> {
  const record = await catalog.map(map)
  if (!record) throw new HipsBuildError('no-such-map', `there is no map ${map}`)
  const statistics = statisticsOf(record, hipsFolder)
  const { title, order, publicOrder, formats, generation, collections, bands, sources, pixelCut } = record
  if (json) {
    const about = { map, title, order, publicOrder, formats, generation, collections, bands, sources, pixelCut }
    return console.log(JSON.stringify({ ...about, statistics: statistics?.orders }))
  }
  console.log(`${map}: ${title}`)
  console.log(`order ${order}${publicOrder < 0 ? '' : ` (public to ${publicOrder})`}, generation ${generation}`)
  if (pixelCut) console.log(`shown from ${pixelCut.low} to ${pixelCut.high}, ${pixelCut.stretch}`)
  if (!statistics)
    return console.log('no statistics: they come with maps that are built here (--full makes an older one anew)')
  const rows = statistics.orders.flatMap(({ order, tiles, skyFraction, formats }) =>
    Object.entries(formats).map(([format, { bytes, pixels }], i) => [
      i === 0 ? `${order}` : '',
      i === 0 ? `${tiles}` : '',
      i === 0 ? `${(100 * skyFraction).toPrecision(3)} %` : '',
      format,
      sizeText(bytes),
      ...(pixels ? [pixels.min, pixels.max, pixels.mean].map((value) => value.toPrecision(5)) : ['-', '-', '-']),
    ]),
  )
  print([['order', 'tiles', 'sky', 'format', 'size', 'min', 'max', 'mean'], ...rows])
  if (statistics.skipDeepest) console.log(`tiles of order ${order} are made when they are asked for`)
}

async function remove(map: string, { catalog, hipsFolder }: World, { json }: Options): Promise<void> {
  const { usedBy } = await removeMap(map, catalog, hipsFolder)
  if (json) return console.log(JSON.stringify({ removed: map, usedBy }))
  if (usedBy.length > 0) console.error(`note: ${usedBy.join(', ')} was made from it and cannot be updated any more`)
  console.log(`${map} is removed`)
}

export const sizeText = (bytes: number): string =>
  bytes >= 1e9
    ? `${(bytes / 1e9).toFixed(2)} GB`
    : bytes >= 1e6
      ? `${(bytes / 1e6).toFixed(1)} MB`
      : `${Math.ceil(bytes / 1e3)} kB`

/** Columns as wide as they need to be. */
function print(rows: readonly (readonly string[])[]): void {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  for (const row of rows)
    console.log(
      row
        .map((text, column) => text.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
}
