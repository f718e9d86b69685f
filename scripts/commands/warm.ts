// `skyedge warm MAP`: fills edges with a map's tiles before anybody asks for them.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { MAX_ORDER } from '#src/healpix'
import type { TileFormat } from '#src/hips'
import { openCatalog } from '../../origin/catalog/open.ts'
import { nearest } from '../../origin/catalog/purge-targets.ts'
import { type Config, type EdgeUrl, loadConfig } from '../../origin/config.ts'
import { addressesOf, type Wanted } from '../../origin/edges/addresses.ts'
import { edgeNamed, edgesOf } from '../../origin/edges/edges.ts'
import { type WarmTally, warmEdge } from '../../origin/edges/warm.ts'
import { edgeSecret } from '../edge-secret.ts'
import { progressOn } from '../progress.ts'
import { UsageError } from '../usage.ts'

interface WarmCommand {
  readonly orders: Wanted['orders']
  readonly region: string[]
  readonly formats?: TileFormat[]
  readonly tier: Wanted['tier']
  readonly rate?: number
  readonly json?: boolean
}

function parseOrders(text: string): Wanted['orders'] {
  const match = /^(\d{1,2})(?:-(\d{1,2}))?$/.exec(text)
  const [first, last] = match ? [Number(match[1]), Number(match[2] ?? match[1])] : [0, -1]
  if (first > last || last > MAX_ORDER)
    throw new InvalidArgumentError(`expected an order or a range such as 0-5, got "${text.slice(0, 40)}"`)
  return { first, last }
}

function parseFormats(text: string): string[] {
  const formats = [...new Set(text.split(',').filter((word) => word !== ''))]
  const wrong = formats.find((format) => !['png', 'fits', 'jpg', 'webp'].includes(format))
  if (formats.length === 0 || wrong !== undefined)
    throw new InvalidArgumentError(`expected some of png, fits, jpg, webp, got "${text.slice(0, 40)}"`)
  return formats
}

function parseRate(text: string): number {
  const rate = Number(text)
  if (!(rate > 0 && rate <= 1e6)) throw new InvalidArgumentError(`expected addresses a second, got "${text}"`)
  return rate
}

export function register(program: Command): void {
  program
    .command('warm')
    .argument('<map>', 'name of the map, e.g. demo/dr1/r')
    .description('fill edges with the tiles of a map; what they have is left as it is, so to repeat is cheap')
    .addOption(
      new Option('--orders <a-b>', 'orders to fill').argParser(parseOrders).default({ first: 0, last: 5 }, '0-5'),
    )
    .option('--region <names...>', 'only these edges, by region or address (default: all of this node)', [])
    .option('--formats <list>', "of the map's formats (default: all)", parseFormats)
    .addOption(
      new Option('--tier <tier>', 'the orders that everybody may see, or all')
        .choices(['public', 'full'])
        .default('public'),
    )
    .option('--rate <n>', 'at most so many addresses a second at each edge', parseRate)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nEdges are those of SKYEDGE_EDGE_URLS (region=url …), else those that npm start starts.')
    .action(async (map: string, options: WarmCommand) => {
      const config = loadConfig()
      const edges = chosen(config, options.region)
      const addresses = await wanted(config, map, options)
      const secret = await edgeSecret([config.dataFolder])
      const progress = progressOn(map, options.json)
      const done = new Array<number>(edges.length).fill(0)
      const total = addresses.count * edges.length
      progress(0, total)
      const tallies = await Promise.all(
        edges.map((edge, i) =>
          warmEdge(edge, addresses.paths(), {
            secret,
            rate: options.rate,
            progress(mine) {
              done[i] = mine
              progress(
                done.reduce((sum, each) => sum + each, 0),
                total,
              )
            },
          }),
        ),
      )
      report(map, tallies, options.json)
      if (tallies.some(({ failed }) => failed > 0)) process.exitCode = 1
    })
}

function chosen(config: Config, words: readonly string[]): readonly EdgeUrl[] {
  const edges = edgesOf(config)
  if (words.length === 0 && edges.length === 0)
    throw new UsageError('no edge is known: set SKYEDGE_EDGE_URLS, or name one by --region URL')
  if (words.length === 0) return edges
  return words.map((word) => {
    const edge = edgeNamed(edges, word)
    if (edge) return edge
    const known = edges.map(({ region }) => region).join(', ') || 'none'
    throw new UsageError(`there is no region ${JSON.stringify(word)}; known are ${known}`)
  })
}

async function wanted(config: Config, map: string, { tier, orders, formats }: WarmCommand) {
  const catalog = await openCatalog(config)
  try {
    const record = await catalog.map(map)
    if (record) {
      const addresses = addressesOf(record, { tier, orders, formats: formats ?? record.formats })
      if (addresses.tiles > 0) return addresses
      const deepest = tier === 'public' ? record.publicOrder : record.order
      throw new UsageError(
        `nothing of ${map} is asked for: its ${tier} orders are ${record.orderMin ?? 0} to ${deepest}, its formats ${record.formats.join(', ')}`,
      )
    }
    const near = nearest(
      map,
      (await catalog.maps()).map((each) => each.map),
    )
    const hint = near.length > 0 ? `; did you mean ${near.join(', ')}?` : ''
    throw new UsageError(`there is no map ${JSON.stringify(map.slice(0, 400))}${hint}`)
  } finally {
    await catalog.close()
  }
}

const COLUMNS = ['asked', 'filled', 'there', 'absent', 'failed'] as const

function report(map: string, tallies: readonly WarmTally[], json = false): void {
  if (json) {
    console.log(JSON.stringify({ map, regions: tallies }))
    return
  }
  const width = Math.max(6, ...tallies.map(({ region }) => region.length))
  const line = (region: string, words: readonly (string | number)[]) =>
    console.log([region.padEnd(width), ...words.map((word) => String(word).padStart(9))].join(''))
  line('region', COLUMNS)
  for (const tally of tallies) {
    line(
      tally.region,
      COLUMNS.map((column) => tally[column]),
    )
    if (tally.problem) console.error(`${tally.region}: ${tally.problem}`)
  }
}
