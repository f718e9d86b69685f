// The edge worker's bindings, validated once. Nothing else in `workers/edge` reads the environment.

import { tokenIssuer } from '#src/rights'
import { httpSource } from './storage/http-source.ts'
import type { OpenPack } from './storage/pack-tiles.ts'
import { r2Source } from './storage/r2-source.ts'

/** As `wrangler.toml`, `npm start` and `skyedge serve-edge` hand them in. */
export interface Env {
  /** Where misses go, without a trailing slash. */
  readonly ORIGIN_URL?: string
  /** Shared with the origin; a secret. */
  readonly EDGE_SECRET?: string
  /** Name of this edge's region, shown in `/healthz`. */
  readonly REGION?: string
  /** A service binding that stands in for the network on the way to the origin. */
  readonly ORIGIN?: Fetcher
  /** The data centre's cache on plain workerd: its disk service over a folder. Elsewhere the Cache API is it. */
  readonly COLO_DISK?: Fetcher
  /** The region's tier: an R2 bucket, or a disk service of a machine of one's own. */
  readonly REGION_STORE?: R2Bucket | Fetcher
  /** The bucket that packed maps are published to. */
  readonly PACKS?: R2Bucket
  /** Or where the same objects are to be had over HTTP, by range: without a trailing slash. */
  readonly PACKS_URL?: string
  /** What the edge says there as its `Authorization`; a secret. */
  readonly PACKS_AUTHORIZATION?: string
  /** Where misses of all isolates of a place meet (flight/flights.ts). Without it each isolate has its own flights. */
  readonly FLIGHTS?: DurableObjectNamespace
  /** The `iss` a token must carry; default: the embedded issuer of the demo's authority. */
  readonly TOKEN_ISSUER?: string
  /** The availability worker, which `/availability` and `/status` show here too. */
  readonly AVAILABILITY_URL?: string
  /** Pages of other sites that may read as the user of their cookie: origins, space-separated. Default: none. */
  readonly CORS_ORIGINS?: string
  /** The address that clients know this edge by, where a proxy in front of it ends TLS. Default: as they asked. */
  readonly PUBLIC_URL?: string
  /** What is to be filled, a few paths a message; without it `POST /edge/warm` fills at once. */
  readonly WARM?: Queue<WarmMessage>
  /** Size of the in-isolate tier in MiB, default 32. A Worker has 128 MiB in all. */
  readonly MEMORY_MIB?: string
}

/** What the consumer of the queue is handed. */
export interface WarmMessage {
  readonly paths: readonly string[]
}

export interface Settings {
  readonly originUrl: string
  readonly secret: string
  readonly region: string
  readonly issuer: string
  readonly availabilityUrl?: string
  readonly corsOrigins?: ReadonlySet<string>
  readonly memoryBytes: number
  /** An origin: scheme, host, port. */
  readonly publicUrl?: string
  readonly enqueue?: (messages: readonly WarmMessage[]) => Promise<void>
  readonly coloDisk?: Fetcher
  readonly regionStore?: R2Bucket | Fetcher
  /** Opens an object of the store that packed maps lie in. */
  readonly openPack?: OpenPack
  readonly flights?: DurableObjectNamespace
  /** `fetch`, or the service binding's. */
  readonly fetch: (request: Request) => Promise<Response>
}

export class EnvError extends Error {
  readonly code = 'bad-binding'
  constructor(message: string) {
    super(message)
    this.name = 'EnvError'
  }
}

const MIB = 1024 * 1024

export function readEnv(env: Env): Settings {
  const originUrl = (env.ORIGIN_URL ?? '').replace(/\/+$/, '')
  if (!/^https?:\/\/[^/?#\s]+(\/[^?#\s]*)?$/.test(originUrl))
    throw new EnvError('ORIGIN_URL is no address, expected http(s)://host[:port]')
  const secret = env.EDGE_SECRET ?? ''
  if (secret.length < 16)
    throw new EnvError(`EDGE_SECRET has ${secret.length} characters, expected the origin's (16 or more)`)
  const memoryMib = Number(env.MEMORY_MIB ?? '32')
  if (!(memoryMib >= 0 && memoryMib <= 1024))
    throw new EnvError(`MEMORY_MIB is ${env.MEMORY_MIB}, expected a number from 0 to 1024`)
  const pages = (env.CORS_ORIGINS ?? '').split(/\s+/).filter((page) => page !== '')
  const service = env.ORIGIN
  const queue = env.WARM
  const publicUrl = env.PUBLIC_URL?.replace(/\/+$/, '') || undefined
  if (publicUrl !== undefined && !/^https?:\/\/[^/?#\s]+$/.test(publicUrl))
    throw new EnvError('PUBLIC_URL is no origin, expected http(s)://host[:port]')
  return {
    originUrl,
    secret,
    region: env.REGION ?? 'local',
    issuer: env.TOKEN_ISSUER || tokenIssuer('skyedge.example'),
    availabilityUrl: env.AVAILABILITY_URL?.replace(/\/+$/, '') || undefined,
    corsOrigins: new Set(pages),
    memoryBytes: memoryMib * MIB,
    publicUrl,
    ...(queue && {
      enqueue: async (messages: readonly WarmMessage[]) => {
        await queue.sendBatch(messages.map((body) => ({ body })))
      },
    }),
    coloDisk: env.COLO_DISK,
    regionStore: env.REGION_STORE,
    openPack: packsOf(env),
    flights: env.FLIGHTS,
    fetch: service ? (request) => service.fetch(request) : (request) => fetch(request),
  }
}

function packsOf({ PACKS: bucket, PACKS_URL = '', PACKS_AUTHORIZATION: authorization }: Env): OpenPack | undefined {
  if (bucket) return (key) => r2Source(bucket, key)
  const base = PACKS_URL.replace(/\/+$/, '')
  if (base === '') return undefined
  if (!/^https?:\/\/[^/?#\s@]+(\/[^?#\s]*)?$/.test(base))
    throw new EnvError('PACKS_URL is no address, expected http(s)://host[:port][/path]')
  return (key) => httpSource(base, key, authorization)
}
