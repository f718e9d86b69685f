// What everybody may know of this node, gathered from the catalogue, the coverage and the maps' own properties.

import { parseProperties } from '#src/hips'
import { type Moc, unionOf } from '#src/moc'
import { type CoverageFacts, type DataFacts, joinedBounds, type MapFacts, type NodeFacts } from '#src/registry'
import { ANONYMOUS, decide } from '#src/rights'
import { datalinkCapabilities, mocUrl, siaCapabilities, sodaCapabilities, tapCapabilities } from '#src/services'
import type { TableSet } from '#src/votable'
import type { Catalog, MapRecord } from '../catalog/store.ts'
import type { ReleaseRecord } from '../catalog/survey.ts'
import type { Config } from '../config.ts'
import type { TileStore } from '../hips/tile-store.ts'
import type { CoveragePart } from '../moc/coverage.ts'
import { type Asking, hasPublicTier, type MocPiece, piecesOf, publicMoc } from '../moc/visible.ts'

export interface NodeWorld {
  readonly config: Config
  readonly catalog: Catalog
  readonly tables: TableSet
  readonly tiles: Pick<TileStore, 'file'>
}

/** What the catalogue holds at one moment. */
export interface Holdings {
  readonly maps: readonly MapRecord[]
  readonly parts: readonly CoveragePart[]
  readonly releases: readonly ReleaseRecord[]
  readonly nowMs: number
}

/** Records of one answer. */
export const PAGE_SIZE = 100

export async function nodeFacts(world: NodeWorld, holdings: Holdings, base: string): Promise<NodeFacts> {
  const { config, tables } = world
  const { parts, releases, nowMs } = holdings
  const asking: Asking = { principal: ANONYMOUS, nowMs }
  const open = parts.filter(({ rights }) => isOpen(rights, nowMs))
  const described = await Promise.all(holdings.maps.map((record) => mapFacts(world, record, base, nowMs)))
  const maps = described.filter((map) => map !== undefined)
  const data = (name: { release: string; collection?: string }): DataFacts => {
    const mine = <T extends { release: string; collection?: string }>(all: readonly T[]) =>
      all.filter(
        ({ release, collection }) =>
          release === name.release && (name.collection === undefined || collection === name.collection),
      )
    const known = name.collection === undefined ? releases.find(({ release }) => release === name.release) : undefined
    const onMaps = maps.filter(
      ({ release, collections }) =>
        release === name.release && (name.collection === undefined || collections.includes(name.collection)),
    )
    const images = mine(open)
    return {
      ...name,
      title: known?.title,
      description: known?.description,
      releasedMs: known?.releasedMs,
      coverage: {
        ...joinedBounds([...images, ...onMaps.map(({ coverage }) => coverage)]),
        moc: coverOf(name, holdings, asking),
        mocUrl: mocUrl(
          base,
          name.collection === undefined
            ? { kind: 'release', name: name.release }
            : { kind: 'collection', name: name.collection },
        ),
      },
      facilities: distinct(images.flatMap(({ facilities }) => facilities)),
      instruments: distinct(images.flatMap(({ instruments }) => instruments)),
      products: images.reduce((sum, { products }) => sum + products, 0),
      restricted:
        onMaps.some(({ fullUrl }) => fullUrl !== undefined) || mine(parts).some(({ rights }) => isTold(rights, nowMs)),
    }
  }
  const names = distinct([...open, ...maps].map(({ release }) => release))
  const collections = new Map<string, { release: string; collection: string }>()
  for (const { release, collection } of [
    ...open,
    ...maps.flatMap(({ release, collections: all }) => all.map((collection) => ({ release, collection }))),
  ])
    collections.set(JSON.stringify([release, collection]), { release, collection })
  const whole = names.map((release) => data({ release }))
  return {
    base,
    authority: config.authority,
    title: config.title,
    organisation: config.organisation,
    contact: { name: config.contactName, email: config.contactEmail },
    licenceUrl: config.licenceUrl,
    pageSize: PAGE_SIZE,
    services: {
      tap: tapCapabilities(base),
      sia: siaCapabilities(base),
      soda: sodaCapabilities(base),
      datalink: datalinkCapabilities(base),
    },
    tables,
    coverage: {
      ...joinedBounds(whole.map(({ coverage }) => coverage)),
      moc: unionOf(whole.flatMap(({ coverage }) => coverage.moc ?? [])),
    },
    releases: whole,
    collections: [...collections.values()].map(data),
    maps,
  }
}

const isOpen = (rights: CoveragePart['rights'], nowMs: number) => decide(ANONYMOUS, rights, nowMs).outcome === 'allow'

/** That there is more for those with data rights is no secret; what is under embargo or shared by name is. */
const isTold = (rights: CoveragePart['rights'], nowMs: number) =>
  rights.access === 'proprietary' && !isOpen(rights, nowMs) && !(nowMs < (rights.embargoUntilMs ?? 0))

const distinct = (names: readonly string[]) => [...new Set(names)].sort()

/** As `/moc` tells it to everybody; of a collection, in this release alone. */
function coverOf(name: { release: string; collection?: string }, { maps, parts }: Holdings, asking: Asking): Moc {
  const inRelease = {
    maps: maps.filter(({ release }) => release === name.release),
    parts: parts.filter(({ release }) => release === name.release),
  }
  const pieces: MocPiece[] =
    piecesOf(
      name.collection === undefined
        ? { kind: 'release', name: name.release }
        : { kind: 'collection', name: name.collection },
      inRelease,
      asking,
    ) ?? []
  return unionOf(pieces.map(({ moc }) => moc()))
}

/** Undefined for what is not ours to register: only who made a HiPS may (HiPS 1.0 §5.3.2). */
async function mapFacts(
  world: NodeWorld,
  record: MapRecord,
  base: string,
  nowMs: number,
): Promise<MapFacts | undefined> {
  const { map, title, release, collections, bands, order, rights, modifiedMs } = record
  const stored = await world.tiles.file(record, 'public/properties').catch(() => undefined)
  const properties = parseProperties(stored ? new TextDecoder().decode(stored.bytes) : '')
  const creatorDid = properties.get('creator_did') ?? ''
  const ours = creatorDid.toLowerCase().startsWith(`ivo://${world.config.authority.toLowerCase()}/`)
  if (!ours || record.made === 'mirrored' || !hasPublicTier(record)) return undefined
  const number = (key: string) => {
    const value = Number(properties.get(key) ?? Number.NaN)
    return Number.isFinite(value) ? value : undefined
  }
  const open = isOpen(rights, nowMs)
  const publicOrder = Math.min(record.publicOrder, order)
  const coverage: CoverageFacts = {
    moc: publicMoc(record),
    mocUrl: mocUrl(base, { kind: 'map', name: map }),
    tMinMjd: number('t_min'),
    tMaxMjd: number('t_max'),
    emMinM: number('em_min'),
    emMaxM: number('em_max'),
  }
  return {
    map,
    title,
    description: properties.get('obs_description'),
    creator: properties.get('hips_creator'),
    creatorDid,
    release,
    collections,
    bands,
    order,
    publicOrder,
    publicUrl: `${base}/hips/public/${map}`,
    ...(!(open && publicOrder === order) && { fullUrl: `${base}/hips/full/${map}` }),
    releasedMs: modifiedMs,
    coverage,
  }
}
