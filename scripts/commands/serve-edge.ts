// `skyedge serve-edge`: one edge on plain workerd, without miniflare: for a machine that serves.

import { join, resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { tokenIssuer } from '#src/rights'
import { loadConfig } from '../../origin/config.ts'
import { edgeSecret } from '../edge-secret.ts'
import { untilSignal } from '../processes/signal.ts'
import { startWorkerdEdge } from '../processes/workerd-edge.ts'
import { UsageError } from '../usage.ts'

interface ServeOptions {
  readonly origin: string
  readonly port: number
  readonly data?: string
  readonly region: string
  readonly cacheGib: number
  readonly memoryMib: number
  readonly publicUrl?: string
  readonly availability?: string
  readonly cors?: string
  readonly packs?: string
  readonly regionFolder?: string
  readonly regionListen?: string
  readonly regionAt?: string
}

const PORT = 65535

function parseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new InvalidArgumentError(`expected http://host:port, got "${text}"`)
  return text.replace(/\/+$/, '')
}

function parseWhole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d{1,6}$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}, got "${text}"`)
    return value
  }
}

function parseGib(text: string): number {
  const size = Number(text)
  if (!(size > 0)) throw new InvalidArgumentError(`expected a number above 0, got "${text}"`)
  return size
}

function parseAddress(text: string): string {
  if (!/^(?:[\w.-]+|\[[\da-fA-F:]+\]):\d{1,5}$/.test(text))
    throw new InvalidArgumentError(`expected host:port, got "${text}"`)
  return text
}

export function register(program: Command): void {
  program
    .command('serve-edge')
    .description('run one edge on plain workerd')
    .requiredOption('--origin <url>', 'where misses go', parseUrl)
    .requiredOption('--port <n>', 'port to listen on (0 = any free one)', parseWhole(0, PORT))
    .option('--data <folder>', 'folder of its cache (default: below SKYEDGE_DATA)')
    .option('--region <name>', 'what this edge calls itself', 'local')
    .option('--cache-gib <n>', 'size of its cache on disk', parseGib, 10)
    .option('--memory-mib <n>', 'size of its cache in memory', parseWhole(0, 1024), 32)
    .option('--public-url <url>', 'the address that clients know it by, where a proxy in front ends TLS', parseUrl)
    .option('--availability <url>', 'the availability worker, shown at /availability and /status', parseUrl)
    .option('--cors <origins>', 'pages of other sites that may read as the user of their cookie, blanks between')
    .option(
      '--packs <url>',
      'where packed maps are to be had by HTTP range (authorization: PACKS_AUTHORIZATION)',
      parseUrl,
    )
    .option('--region-folder <folder>', "the region's cache, for several edges, in a folder of this machine")
    .option('--region-listen <host:port>', 'offer that folder to edges of the region on other machines', parseAddress)
    .option('--region-at <host:port>', "use the region's cache that another edge offers", parseAddress)
    .addHelpText(
      'after',
      `
The secret shared with the origin is EDGE_SECRET, or the file "secret" in SKYEDGE_DATA, or a credential of systemd.
It listens on SKYEDGE_HOST without TLS: put nginx, Caddy or a load balancer in front, and name it by --public-url.
Several edges of a region share --region-folder on one machine, and --region-at across machines.`,
    )
    .action(serve)
}

async function serve(options: ServeOptions): Promise<void> {
  const { origin, port, data, region, cacheGib } = options
  const { regionFolder, regionListen, regionAt } = options
  if (regionListen && !regionFolder) throw new UsageError('--region-listen offers the folder of --region-folder')
  if (regionAt && regionFolder) throw new UsageError('the region has one cache: --region-folder, or --region-at')
  const config = loadConfig()
  const folder = resolve(data ?? join(config.dataFolder, 'edges', `workerd-${port}`))
  const authorization = process.env.PACKS_AUTHORIZATION
  const edge = await startWorkerdEdge({
    originUrl: origin,
    secret: await edgeSecret([folder, config.dataFolder]),
    host: config.host,
    port,
    cacheFolder: join(folder, 'cache'),
    cacheBytes: cacheGib * 1024 ** 3,
    issuer: tokenIssuer(config.authority),
    region,
    ...(regionAt && { regionStore: { address: regionAt } }),
    ...(regionFolder && { regionStore: { folder: resolve(regionFolder), listen: regionListen } }),
    settings: {
      MEMORY_MIB: String(options.memoryMib),
      ...(options.publicUrl && { PUBLIC_URL: options.publicUrl }),
      ...(options.availability && { AVAILABILITY_URL: options.availability }),
      ...(options.cors && { CORS_ORIGINS: options.cors }),
      ...(options.packs && { PACKS_URL: options.packs }),
      ...(authorization && { PACKS_AUTHORIZATION: authorization }),
    },
    log: (line) => process.stderr.write(`${line}\n`),
  })
  console.log(`ready edge=${edge.url}`)
  const ended = await Promise.race([untilSignal().then(() => 'asked' as const), edge.ended])
  if (ended === 'asked') await edge.stop()
  else throw new Error(`workerd ended by itself with status ${ended}`)
}
