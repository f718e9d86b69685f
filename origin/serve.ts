// The origin as a server: keys and secret, the app, listen, and a clean stop within five seconds. The catalogue is
// given, so that a process (main.ts), npm start and tests all begin here.

import { mkdir } from 'node:fs/promises'
import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { type Logger, pino } from 'pino'
import { createApp } from './app.ts'
import type { Catalog } from './catalog/store.ts'
import type { Config } from './config.ts'
import { loadEdgeSecret, loadTokenKeys } from './identity/keys.ts'
import { openJobs } from './jobs/open.ts'
import { createJobService, type JobService } from './jobs/service.ts'
import { createMetrics } from './metrics.ts'
import { CoverageStore } from './moc/coverage.ts'
import { openQueries } from './query/open.ts'
import type { QueryWorld } from './query/run.ts'
import { tapJobs } from './query/tap-job.ts'
import { nodeRuntime } from './runtime.ts'

export interface RunningOrigin {
  /** `http://127.0.0.1:8780`, with the port that was really taken. */
  readonly url: string
  readonly port: number
  readonly jobs: JobService
  readonly queries: QueryWorld
  stop(): Promise<void>
}

export interface ServeOptions {
  readonly log?: Logger
  readonly clock?: () => number
}

/** Answers still running at a stop get this long; the whole stop stays under 5 s. */
const GRACE_MS = 3_500

export async function startOrigin(
  config: Config,
  catalog: Catalog,
  { log = pino({ name: 'origin' }), clock = Date.now }: ServeOptions = {},
): Promise<RunningOrigin> {
  // Tiles and cutouts that not everybody may see lie below it: other users of the machine stay out.
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 })
  const [tokens, edgeSecret] = await Promise.all([loadTokenKeys(config.dataFolder), loadEdgeSecret(config.dataFolder)])
  const queries = openQueries(config, log)
  const jobs: JobService = createJobService({
    store: await openJobs(config),
    dataFolder: config.dataFolder,
    handlers: [tapJobs(queries, clock, () => jobs)],
    log,
    clock,
  })
  const app = createApp({
    config,
    queries,
    jobs,
    catalog,
    coverage: new CoverageStore({ catalog, dataFolder: config.dataFolder, clock }),
    runtime: nodeRuntime,
    log,
    clock,
    tokens,
    edgeSecret,
    metrics: createMetrics(),
    startedMs: clock(),
  })
  const server = await new Promise<Server>((resolve, reject) => {
    const starting = serve({ fetch: app.fetch, hostname: config.host, port: config.originPort }, () =>
      resolve(starting as Server),
    )
    starting.once('error', reject)
  })
  limitTimes(server)
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : config.originPort
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`
  log.info({ url }, 'the origin listens')
  return { url, port, jobs, queries, stop: () => stop(server, [jobs, queries.runner, catalog], log) }
}

/** A client has 20 s for its headers, a minute for its request, and two minutes between the bytes it takes. */
function limitTimes(server: Server): void {
  server.headersTimeout = 20_000
  server.requestTimeout = 60_000
  server.keepAliveTimeout = 30_000
  server.timeout = 120_000
}

interface Closable {
  close(): Promise<void>
}

/** First the door, then what is behind it, in the order given. */
async function stop(server: Server, parts: readonly Closable[], log: Logger): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const force = setTimeout(() => server.closeAllConnections(), GRACE_MS)
  await closed
  clearTimeout(force)
  for (const part of parts) await part.close()
  log.info('the origin has stopped')
}
