// `/hips/{public|full}/{map}/…` and the node's `/hipslist`: a map as static files (HiPS 1.0 §4).
// An address is a map's name and a parsed tile or one of a few names; nothing else is looked for.

import { type Context, Hono } from 'hono'
import { freshness, type ResourceKind } from '#src/caching'
import { DaliError } from '#src/dali'
import {
  allskyPath,
  hipslist,
  mapFileMediaType,
  mapFileStart,
  parseAllskyPath,
  parseProgenitorPath,
  parseTilePath,
  tileMediaType,
} from '#src/hips'
import { type Decision, decide, isAnonymous, type Principal } from '#src/rights'
import { GENERATION_HEADER } from '#src/services'
import { answer } from '../answer.ts'
import { recentGenerations } from '../catalog/generations.ts'
import type { MapRecord } from '../catalog/store.ts'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { HipsBuildError } from '../hips/errors.ts'
import { listed } from '../hips/listed.ts'
import type { StoredFile } from '../hips/map-files.ts'
import { Progenitors } from '../hips/progenitors.ts'
import { TileStore } from '../hips/tile-store.ts'
import { publicBase, varyByCaller } from '../middleware.ts'
import { problem } from '../problem.ts'
import { refuseDecision } from '../refuse.ts'

type Tier = 'public' | 'full'

/** What the public tier has of its own: these say which orders there are. */
const BY_TIER = new Set(['properties', 'Moc.fits'])
/** The page of a map loads Aladin Lite from this node and the map's tiles. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' data:; worker-src 'self' blob:"
const OPEN: Decision = { outcome: 'allow', reason: 'public', public: true }
const NOTHING = 'there is nothing at this address'

export function hipsRoutes({ catalog, config, clock }: OriginDeps): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()
  const store = new TileStore({ catalog, dataFolder: config.dataFolder, aws: config.aws, clock })
  const progenitors = new Progenitors({ catalog, dataFolder: config.dataFolder, store })
  const generations = recentGenerations(catalog)

  app.on(['GET', 'HEAD'], '/hips/*', async (c) => {
    const address = parseAddress(new URL(c.req.url).pathname)
    if (!address) return problem(c, 404, NOTHING)
    const { tier, name, file } = address
    const record = await store.map(name, clock())
    if (!record) {
      const folder = file && (await store.map(`${name ? `${name}/` : ''}${file}`, clock()))
      return folder ? c.redirect(`/hips/${tier}/${folder.map}/`, 308) : problem(c, 404, 'there is no such map')
    }
    // A public endpoint without orders is none: its descriptions are nobody's either.
    if (tier === 'public' && record.publicOrder < (record.orderMin ?? 0)) return problem(c, 404, 'there is no such map')
    const decision = tier === 'public' ? OPEN : decide(c.var.caller.principal, record.rights, clock())
    if (decision.outcome === 'deny') return refuseDecision(c, decision)
    const found = await lookUp(store, record, (map) => find(map, tier, file === '' ? 'index.html' : file, c), clock())
    if (!found) return problem(c, 404, NOTHING)
    // An edge keeps bytes under the generation that it knew when it asked: it is told which one these are of.
    if (c.var.caller.from === 'edge') c.header(GENERATION_HEADER, (await generations(clock()))(found.record))
    if (found.type.startsWith('text/html')) c.header('Content-Security-Policy', PAGE_POLICY)
    return send(c, found, decision, clock())
  })

  async function find(record: MapRecord, tier: Tier, file: string, c: Context<OriginEnv>): Promise<Found | undefined> {
    const address = parseProgenitorPath(file)
    if (!address) return findFile(store, record, tier, file)
    const made = await progenitors.file({ record, tier, address, base: publicBase(c), nowMs: clock() })
    return made && { ...made, record, kind: 'description' }
  }

  // What the caller can open, for viewers; and both endpoints of every map, for those who collect lists and cannot open the
  // private ones themselves.
  const list = async (c: Context<OriginEnv>, who: Principal | 'everything') => {
    const entries = await listed(await catalog.maps(), { store, base: publicBase(c), who, nowMs: clock() })
    const forAll = who === 'everything' || isAnonymous(who)
    c.header('Content-Type', 'text/plain; charset=utf-8')
    c.header('Cache-Control', forAll ? 'public, max-age=60' : 'private, max-age=60')
    if (who !== 'everything') varyByCaller(c)
    return c.body(hipslist(entries))
  }
  app.get('/hipslist', (c) => list(c, c.var.caller.principal))
  app.get('/hipslist/all', (c) => list(c, 'everything'))
  return app
}

interface Address {
  readonly tier: Tier
  /** May be no map at all. */
  readonly name: string
  /** What follows it: a tile's path, a file's name, or nothing. */
  readonly file: string
}

/** From the raw path: nothing escaped, no dots for folders; doubled slashes count as one (Aladin Lite sends them). */
function parseAddress(path: string): Address | undefined {
  const clean = path.replace(/\/{2,}/g, '/')
  const match = /^\/hips\/(public|full)\/([\w./-]{1,400})$/.exec(clean)
  if (!match || /(?:^|\/)\.{1,2}(?:\/|$)/.test(match[2])) return undefined
  const start = mapFileStart(match[2])
  return { tier: match[1] as Tier, name: match[2].slice(0, Math.max(0, start - 1)), file: match[2].slice(start) }
}

interface Found extends Omit<StoredFile, 'modifiedMs'> {
  /** Absent for what follows from the catalogue as it is now. */
  readonly modifiedMs?: number
  readonly record: MapRecord
  readonly type: string
  readonly kind: ResourceKind
}

async function lookUp(
  store: TileStore,
  record: MapRecord,
  find: (record: MapRecord) => Promise<Found | undefined>,
  nowMs: number,
): Promise<Found | undefined> {
  const found = await find(record)
  if (found) return found
  const replaced = await store.mapAfterMiss(record, nowMs)
  return replaced && find(replaced)
}

async function findFile(store: TileStore, record: MapRecord, tier: Tier, file: string): Promise<Found | undefined> {
  const deepest = tier === 'public' ? record.publicOrder : record.order
  const type = mapFileMediaType(file)
  if (type) {
    const stored = await store.file(record, tier === 'public' && BY_TIER.has(file) ? `public/${file}` : file)
    return stored && { ...stored, record, type, kind: 'description' }
  }
  const allsky = parseAllskyPath(file)
  if (allsky) {
    const { order, format } = allsky
    if (order > deepest || !record.formats.some((kept) => kept === format)) return undefined
    const stored = await store.file(record, allskyPath(order, format))
    return stored && { ...stored, record, type: tileMediaType(format), kind: 'tile' }
  }
  const tile = parseTilePath(file)
  if (!tile || tile.order > deepest) return undefined
  const format = record.formats.find((format) => format === tile.format)
  if (!format) return undefined
  const stored = await made(store, record, { ...tile, format })
  return stored && { ...stored, record, type: tileMediaType(format), kind: 'tile' }
}

async function made(store: TileStore, record: MapRecord, tile: Parameters<TileStore['tile']>[1]) {
  try {
    return await store.tile(record, tile)
  } catch (error) {
    // The map outlived its images: every other tile is still good.
    if (error instanceof HipsBuildError && error.code === 'stale-map')
      throw new DaliError('unavailable', error.message, { cause: error, retryAfterS: 600 })
    throw error
  }
}

function send(
  c: Context<OriginEnv>,
  { bytes, etag, modifiedMs, type, kind }: Found,
  decision: Decision,
  nowMs: number,
) {
  const entity = {
    etag,
    lastModifiedMs: modifiedMs,
    contentType: type,
    size: bytes.length,
    open: (start: number, end: number) => bytes.subarray(start, end),
  }
  return answer(c, entity, freshness(kind, decision, nowMs))
}
