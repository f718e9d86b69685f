// What the origin's routes are given: the world, made once in main.ts and by tests in their own way.

import type { Logger } from 'pino'
import type { FaultStyle } from '#src/dali'
import type { Runtime } from '#src/runtime'
import type { Catalog } from './catalog/store.ts'
import type { Config } from './config.ts'
import type { Caller } from './identity/door.ts'
import type { TokenKeys } from './identity/keys.ts'
import type { JobService } from './jobs/service.ts'
import type { Metrics } from './metrics.ts'
import type { CoverageStore } from './moc/coverage.ts'
import type { QueryWorld } from './query/run.ts'

export interface OriginDeps {
  readonly config: Config
  readonly catalog: Catalog
  readonly runtime: Runtime
  readonly log: Logger
  /** Unix milliseconds. */
  readonly clock: () => number
  readonly tokens: TokenKeys
  /** What the edges send in EDGE_HEADER. */
  readonly edgeSecret: string
  readonly metrics: Metrics
  /** What queries are run against, and by whom. */
  readonly queries: QueryWorld
  readonly jobs: JobService
  /** Where the images are. */
  readonly coverage: CoverageStore
  /** When this process began to serve, Unix milliseconds. */
  readonly startedMs: number
}

/**
 * What the middleware leaves on the context: `c.var.caller`, `c.var.requestId`. Routes set `faultStyle` where their errors are
 * not in the style of their service.
 */
export interface OriginEnv {
  Variables: { requestId: string; caller: Caller; runId?: string; faultStyle?: FaultStyle }
}
