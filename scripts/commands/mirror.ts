// `skyedge mirror`: another node's map, copied or pulled through, and served here as a mirror.

import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { formatOfWord, type TileFormat } from '#src/hips'
import { mocAscii, readMocFits } from '#src/moc'
import { openCatalog } from '../../origin/catalog/open.ts'
import { loadConfig } from '../../origin/config.ts'
import { type MirrorResult, mirrorMap } from '../../origin/hips/others/mirror.ts'
import { type PullResult, pullMap } from '../../origin/hips/others/pull.ts'
import { ACCESS, accessOf, parseBytes } from '../maps/import.ts'
import { asUsage } from '../maps/usage.ts'
import { progressOn } from '../progress.ts'
import { UsageError } from '../usage.ts'

interface Options {
  readonly map?: string
  readonly orders?: readonly [number, number]
  readonly formats?: readonly TileFormat[]
  readonly region?: string
  readonly parallel: number
  readonly release?: string
  readonly public?: boolean
  readonly proprietary?: boolean
  readonly maxBytes?: number
  readonly walk?: boolean
  readonly allowPrivate?: boolean
  readonly pull?: boolean
  readonly keepBytes?: number
  readonly json?: boolean
}

function parseOrders(text: string): [number, number] {
  const match = /^(\d{1,2})(?:-(\d{1,2}))?$/.exec(text)
  if (!match) throw new InvalidArgumentError(`expected orders such as 0-7, got "${text.slice(0, 40)}"`)
  return [Number(match[1]), Number(match[2] ?? match[1])]
}

function parseFormats(text: string): TileFormat[] {
  const formats = text.split(',').map(formatOfWord)
  if (formats.some((format) => format === undefined))
    throw new InvalidArgumentError(`expected png, jpg, webp, fits, got "${text.slice(0, 40)}"`)
  return formats as TileFormat[]
}

function parseParallel(text: string): number {
  const value = Number(text)
  if (!/^\d{1,2}$/.test(text) || value < 1 || value > 64)
    throw new InvalidArgumentError(`expected 1 to 64 requests at once, got "${text.slice(0, 40)}"`)
  return value
}

export function register(program: Command): void {
  const command = program
    .command('mirror')
    .argument('<url>', 'address of a map of another node: where its properties are')
    .description("copy another node's map and serve it as a mirror; again: only what changed is asked for")
    .option('--map <name>', 'name of the map here (default: from its creator_did)')
    .option('--orders <a-b>', 'only these orders', parseOrders)
    .option('--formats <list>', 'only these tile formats', parseFormats)
    .option('--region <region>', '"cone RA DEC RADIUS" in degrees, a MOC like "3/1 2-5", or a file of one (.fits)')
    .option('--parallel <n>', 'requests at once', parseParallel, 16)
    .option('--release <name>', 'release whose data rights open it')
  for (const option of ACCESS) command.addOption(option)
  command
    .option('--max-bytes <n>', 'bytes that the copy may have (default 1.1T)', parseBytes)
    .option('--walk', 'find the tiles by walking down from the lowest order, not from the MOC')
    .option('--allow-private', 'the node may be on this machine or a private network')
    .option('--pull', 'copy no tile now: each comes when it is asked for, and is kept')
    .option('--keep-bytes <n>', 'with --pull, bytes of tiles that are kept (default 20G)', parseBytes)
    .option('--json', 'print the result as JSON')
    .action(async (url: string, options: Options) => {
      const part = options.orders || options.formats || options.region || options.walk || options.maxBytes
      if (options.pull && part)
        throw new UsageError(
          '--pull serves the whole map: it goes with none of --orders, --formats, --region, --walk, --max-bytes',
        )
      if (options.keepBytes !== undefined && !options.pull) throw new UsageError('--keep-bytes goes with --pull')
      const config = loadConfig()
      const catalog = await openCatalog(config)
      try {
        if (options.pull) {
          const world = { catalog, dataFolder: config.dataFolder, nowMs: Date.now() }
          reportPull(await pullMap({ ...options, url, access: accessOf(options) }, world), options.json)
          return
        }
        const region = options.region?.endsWith('.fits')
          ? mocAscii(readMocFits(await readFile(options.region)))
          : options.region
        const result = await mirrorMap(
          { ...options, region, url, access: accessOf(options) },
          {
            catalog,
            dataFolder: config.dataFolder,
            nowMs: Date.now(),
            progress: progressOn(options.map ?? url, options.json, 'cells'),
          },
        )
        report(result, options.json)
      } catch (error) {
        throw asUsage(error)
      } finally {
        await catalog.close()
      }
    })
}

function reportPull({ map, unchanged, record, requests, notes = [] }: PullResult, json = false): void {
  if (json) {
    console.log(JSON.stringify({ map, unchanged, requests, generation: record?.generation, notes }))
    return
  }
  for (const note of notes) console.error(`note: ${note}`)
  const now = unchanged ? 'unchanged' : `order ${record?.orderMin} to ${record?.order}`
  console.log(`${map}: ${now}, its tiles come when they are asked for`)
}

function report(result: MirrorResult, json = false): void {
  const { map, unchanged, requests, fetched, kept, absent, bytes, record, notes = [] } = result
  if (json) {
    const generation = record?.generation
    console.log(JSON.stringify({ map, unchanged, requests, fetched, kept, absent, bytes, generation, notes }))
    return
  }
  for (const note of notes) console.error(`note: ${note}`)
  if (unchanged) console.log(`${map}: unchanged since the last copy (${requests} request${requests === 1 ? '' : 's'})`)
  else
    console.log(
      `${map}: order ${record?.orderMin} to ${record?.order}, ${fetched} files fetched (${(bytes / 1e6).toFixed(1)} MB), ${kept} as they were, ${absent} not there, ${requests} requests`,
    )
}
