// Three regions and their one origin: edges on plain workerd, each with its own caches, behind a wire that takes its time.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { tilePath } from '#src/hips'
import { cellsOf, degrade, parseMocJson } from '#src/moc'
import { loadConfig } from '../../origin/config.ts'
import { buildMap } from '../../origin/hips/build.ts'
import { loadEdgeSecret, loadTokenKeys } from '../../origin/identity/keys.ts'
import { issueToken } from '../../origin/identity/token.ts'
import { type RunningOrigin, startOrigin } from '../../origin/serve.ts'
import { type SlowWire, startSlowWire } from '../../scripts/processes/slow-wire.ts'
import { type RunningEdge, startWorkerdEdge } from '../../scripts/processes/workerd-edge.ts'
import { type MapWorld, mapWorld } from './map-world.ts'
import { CENTRE, slope, writeSkyImage } from './sky-image.ts'

export const REGIONS = ['chile', 'france', 'hawaii'] as const
export const LATENCY_MS = 150
export const MAP = 'net/r'

export interface EdgeNetwork {
  readonly world: MapWorld
  readonly origin: RunningOrigin
  readonly edges: readonly RunningEdge[]
  /** Requests for anything but what edges ask by themselves, since the start. */
  asked(): number
  /** What a viewer asks of the map at first, in its order: descriptions, tiles of the view, Allsky, their ancestors. */
  firstView(tier: 'public' | 'full'): string[]
  /** Of somebody with the rights to the whole map. */
  readonly token: string
  /** The wire is cut; connections break. */
  cutOff(): Promise<void>
  stop(): Promise<void>
}

export async function startEdgeNetwork(latencyMs = LATENCY_MS): Promise<EdgeNetwork> {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-network-'))
  const path = join(folder, 'sky.fits')
  const value = (place: Parameters<typeof slope>[0], x: number, y: number) =>
    slope(place) + 400 * Math.sin(x / 9) * Math.cos(y / 14)
  writeSkyImage(path, { ...CENTRE, width: 900, height: 900, scaleArcsec: 1, value })
  const world = await mapWorld([{ path, collection: 'net', band: 'r' }])
  const { record } = await buildMap({ map: MAP, from: ['net'], band: 'r', publicOrder: 7, threads: 2 }, world)
  const config = loadConfig({ SKYEDGE_DATA: world.dataFolder, SKYEDGE_ORIGIN_PORT: '0' })
  let asked = 0
  const log = pino(
    { level: 'info' },
    { write: (line: string) => void (/"path":"\/(?!internal)/.test(line) && asked++) },
  )
  const origin = await startOrigin(config, world.catalog, { log })
  const wire: SlowWire = await startSlowWire(origin.url, latencyMs)
  const secret = await loadEdgeSecret(world.dataFolder)
  const edges: RunningEdge[] = []
  for (const region of REGIONS)
    edges.push(
      await startWorkerdEdge({
        originUrl: wire.url,
        secret,
        host: '127.0.0.1',
        port: 0,
        region,
        cacheFolder: join(folder, region),
      }),
    )
  const { token } = await issueToken(
    await loadTokenKeys(world.dataFolder),
    { user: 'ann', scopes: ['read:image'], dataRights: [record.release], groups: [], ttlS: 3600 },
    { authority: config.authority, nowMs: Date.now() },
  )
  let cut = false
  const cutOff = async () => {
    if (!cut) await wire.stop()
    cut = true
  }
  return {
    world,
    origin,
    edges,
    asked: () => asked,
    firstView: (tier) => viewOf(tier, record.moc, tier === 'public' ? record.publicOrder : record.order),
    token,
    cutOff,
    async stop() {
      await Promise.all(edges.map((edge) => edge.stop()))
      await cutOff()
      await origin.stop()
      await world.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** As Aladin Lite asks (measured): properties, MOC, a dozen tiles with Allsky, then their ancestors three orders up. */
function viewOf(tier: string, mocJson: string, order: number): string[] {
  const root = `/hips/${tier}/${MAP}`
  const cells = [...cellsOf(degrade(parseMocJson(JSON.parse(mocJson)), order))].slice(0, 12)
  const tile = (at: number, npix: number) => `${root}/${tilePath({ order: at, npix, format: 'png' })}`
  return [
    `${root}/properties`,
    `${root}/Moc.fits`,
    ...cells.map((npix) => tile(order, npix)),
    `${root}/Norder3/Allsky.png`,
    tile(order - 3, Math.floor(cells[0] / 64)),
  ]
}
