// `skyedge mirror --pull`: another node's map served here without being copied first. What describes it is fetched now;
// tiles come when they are asked for (remote-files.ts). The rules of copying hold: a tile that is kept is a copy.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isTileOf, type OthersMap, propertiesOfCopy } from '#src/hips'
import { allSky, degrade, type Moc, readMocFits } from '#src/moc'
import type { Catalog, MapRecord } from '../../catalog/store.ts'
import { checkMapName, hipsFolderOf, namelessFolder } from '../map-folder.ts'
import { writeWhole } from '../tile-files.ts'
import { MAX_MOC } from './limits.ts'
import { type Placed, place, rightsOfOthers } from './place.ts'
import { describeRemote, mapNameOf } from './remote-map.ts'
import { RemoteNode, type RemoteOptions } from './remote-node.ts'
import { readSource, writeSource } from './source.ts'
import { bounded } from './tiles.ts'

export interface PullOptions extends RemoteOptions {
  readonly url: string
  readonly map?: string
  readonly release?: string
  readonly access?: 'public' | 'proprietary'
  /** Bytes of tiles that are kept; default 20 GB. */
  readonly keepBytes?: number
}

export interface PullWorld {
  readonly catalog: Catalog
  readonly dataFolder: string
  readonly nowMs: number
}

export interface PullResult extends Partial<Placed> {
  readonly map: string
  /** The map here is of the same release date. */
  readonly unchanged: boolean
  readonly requests: number
}

export async function pullMap(options: PullOptions, { catalog, dataFolder, nowMs }: PullWorld): Promise<PullResult> {
  const node = new RemoteNode(options.url, options)
  const hipsFolder = hipsFolderOf(dataFolder)
  let made: string | undefined
  try {
    const { text, others } = await describeRemote(node)
    const map = options.map ?? mapNameOf(others.creatorDid)
    checkMapName(map)
    const rights = rightsOfOthers(others, options)
    const before = await catalog.map(map)
    const layout = {
      kind: 'remote' as const,
      url: node.url,
      ...(options.allowPrivate && { allowPrivate: true }),
      ...(options.keepBytes !== undefined && { keepBytes: options.keepBytes }),
    }
    const old = before?.layout?.kind === 'remote' && before.layout.url === node.url ? before : undefined
    const was = old && (await readSource(join(hipsFolder, old.folder)))
    const asBefore = old && JSON.stringify([old.layout, old.rights]) === JSON.stringify([layout, rights])
    if (asBefore && was?.releaseDate === others.releaseDate) return { map, unchanged: true, requests: node.requests }

    const folder = old ? join(hipsFolder, old.folder) : await namelessFolder(hipsFolder)
    made = old ? undefined : folder
    const moc = await fetchMoc(node, folder, others)
    writeWhole(join(folder, 'properties'), propertiesOfCopy(text), nowMs)
    writeSource(folder, { url: node.url, releaseDate: others.releaseDate, wanted: 'pull' })
    const placed = await place({
      catalog,
      hipsFolder,
      folder,
      map,
      rights,
      made: 'mirrored',
      layout,
      formats: others.formats,
      orderMin: others.orderMin ?? 0,
      order: others.order,
      where: moc ?? allSky(0),
      covered: moc ?? allSky(0),
      nowMs,
      ...(old && { staysAt: old.folder }),
    })
    return { map, unchanged: false, ...placed, requests: node.requests }
  } finally {
    node.close()
    if (made) await rm(made, { recursive: true, force: true })
  }
}

/** Where tiles can be, in the map's own frame; undefined where that is not known. */
async function fetchMoc(node: RemoteNode, folder: string, { frame, order }: OthersMap): Promise<Moc | undefined> {
  const file = await node.get('Moc.fits', { maxBytes: MAX_MOC })
  const path = join(folder, 'Moc.fits')
  await rm(path, { force: true })
  if (file.kind !== 'found' || !isTileOf('fits', file.bytes)) return undefined
  let moc: Moc | undefined
  try {
    moc = frame === 'equatorial' ? bounded(degrade(readMocFits(file.bytes), order)) : undefined
  } catch {
    return undefined
  }
  writeWhole(path, file.bytes, file.seen.modifiedMs)
  return moc
}

/** The same map once more: nothing happens where its release date is as it was. */
export async function refreshPulled({ map, layout, rights }: MapRecord, world: PullWorld): Promise<void> {
  if (layout?.kind !== 'remote' || rights.access === 'level3') return
  const { url, allowPrivate, keepBytes } = layout
  await pullMap({ url, map, allowPrivate, keepBytes, release: rights.release, access: rights.access, tries: 1 }, world)
}
