// A map of one small image, and its origin with a log that tells what was asked: what stands behind edges under test.

import { join } from 'node:path'
import { pino } from 'pino'
import { type TileFormat, tilePath } from '#src/hips'
import { loadConfig } from '../../origin/config.ts'
import { buildMap } from '../../origin/hips/build.ts'
import { loadEdgeSecret } from '../../origin/identity/keys.ts'
import { type RunningOrigin, startOrigin } from '../../origin/serve.ts'
import { type RunningEdge, startWorkerdEdge, type WorkerdEdgeOptions } from '../../scripts/processes/workerd-edge.ts'
import { type MapWorld, mapWorld } from './map-world.ts'
import { CENTRE, slope, writeSkyImage } from './sky-image.ts'

/** The map of `smallSky`. */
export const MAP = 'test/r'

/** 300 pixels a side, open to everybody; its image lies in `folder`, and is the only product. */
export async function smallSky(folder: string, { scaleArcsec = 2 } = {}): Promise<MapWorld> {
  const path = join(folder, 'sky.fits')
  writeSkyImage(path, { ...CENTRE, width: 300, height: 300, scaleArcsec, value: (place) => slope(place) })
  const world = await mapWorld([{ path, collection: 'sky', band: 'r' }])
  await buildMap({ map: MAP, from: ['sky'], band: 'r', threads: 1 }, world)
  return world
}

export interface LoggedOrigin extends RunningOrigin {
  /** Requests whose path begins so. */
  asked(path: string): number
}

export async function loggedOrigin({ dataFolder, catalog }: MapWorld): Promise<LoggedOrigin> {
  const logged: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) })
  const origin = await startOrigin(loadConfig({ SKYEDGE_DATA: dataFolder, SKYEDGE_ORIGIN_PORT: '0' }), catalog, { log })
  return { ...origin, asked: (path) => logged.filter((line) => line.includes(`"path":"${path}`)).length }
}

/** A tile of the deepest order that is there, below the map's root. */
export function deepestTile({ order, moc }: { order: number; moc: string }, format: TileFormat): string {
  const cells = JSON.parse(moc) as Record<string, number[]>
  return tilePath({ order, npix: cells[String(order)][0], format })
}

/** An edge on plain workerd before that origin, at any free port. */
export const edgeBefore = async (
  { dataFolder }: MapWorld,
  { url: originUrl }: RunningOrigin,
  cacheFolder: string,
  more: Partial<WorkerdEdgeOptions> = {},
): Promise<RunningEdge> => {
  const secret = await loadEdgeSecret(dataFolder)
  return startWorkerdEdge({ originUrl, secret, host: '127.0.0.1', port: 0, cacheFolder, ...more })
}
