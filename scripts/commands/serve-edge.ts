// `skyedge serve-edge`: one edge on plain workerd, without miniflare: for a machine that serves.

import { join, resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { tokenIssuer } from '#src/rights'
import { loadConfig } from '../../origin/config.ts'
import { edgeSecret } from '../edge-secret.ts'
import { untilSignal } from '../processes/signal.ts'
import { startWorkerdEdge } from '../processes/workerd-edge.ts'

interface ServeOptions {
  readonly origin: string
  readonly port: number
  readonly data?: string
  readonly region: string
  readonly cacheGib: number
}

function parseOrigin(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new InvalidArgumentError(`expected http://host:port, got "${text}"`)
  return text.replace(/\/+$/, '')
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError(`expected a port, got "${text}"`)
  return port
}

function parseGib(text: string): number {
  const size = Number(text)
  if (!(size > 0)) throw new InvalidArgumentError(`expected a number above 0, got "${text}"`)
  return size
}

export function register(program: Command): void {
  program
    .command('serve-edge')
    .description('run one edge on plain workerd')
    .requiredOption('--origin <url>', 'where misses go', parseOrigin)
    .requiredOption('--port <n>', 'port to listen on (0 = any free one)', parsePort)
    .option('--data <folder>', 'folder of its cache (default: below SKYEDGE_DATA)')
    .option('--region <name>', 'what this edge calls itself', 'local')
    .option('--cache-gib <n>', 'size of its cache', parseGib, 10)
    .addHelpText('after', '\nThe secret shared with the origin is EDGE_SECRET, or the file "secret" in SKYEDGE_DATA.')
    .action(async ({ origin, port, data, region, cacheGib }: ServeOptions) => {
      const config = loadConfig()
      const folder = resolve(data ?? join(config.dataFolder, 'edges', `workerd-${port}`))
      const edge = await startWorkerdEdge({
        originUrl: origin,
        secret: await edgeSecret([folder, config.dataFolder]),
        host: config.host,
        port,
        cacheFolder: join(folder, 'cache'),
        cacheBytes: cacheGib * 1024 ** 3,
        issuer: tokenIssuer(config.authority),
        region,
        log: (line) => process.stderr.write(`${line}\n`),
      })
      console.log(`ready edge=${edge.url}`)
      const ended = await Promise.race([untilSignal().then(() => 'asked' as const), edge.ended])
      if (ended === 'asked') await edge.stop()
      else throw new Error(`workerd ended by itself with status ${ended}`)
    })
}
