// A PNG tile of 50 kB that the edge already has, on plain workerd: requests per second and CPU per request,
// beside the least a worker can do and nginx sending the same bytes from a file. One run, one machine, one moment.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWorkerdEdge } from '../../scripts/workerd-edge.ts'
import { hasWrk, type Load, load } from './support/load.ts'
import { SECRET, type Stage, startHello, startNginx, startOriginStage, tilePath } from './support/stage.ts'

export const name = 'tile-hit'
export const about = 'edge hit of a 50 kB tile on plain workerd, beside a bare hello worker and nginx (needs wrk)'

export interface HitOptions {
  /** Seconds of load on each, at most 8. Default 6. */
  readonly seconds?: number
}

export async function run({ seconds = 6 }: HitOptions = {}) {
  if (!hasWrk()) throw new Error('tile-hit needs wrk and /proc (Debian: wrk)')
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-bench-'))
  const origin = await startOriginStage()
  const edge = await startWorkerdEdge({
    originUrl: origin.url,
    secret: SECRET,
    host: '127.0.0.1',
    port: 0,
    cacheFolder: join(folder, 'cache'),
  })
  const stages: Stage[] = [origin, edge as unknown as Stage]
  try {
    const tile = `${edge.url}${tilePath(1)}`
    await (await fetch(tile)).arrayBuffer()
    const hello = await startHello()
    stages.push(hello)
    const nginx = await startNginx()
    if (nginx) stages.push(nginx)

    const figures = { edge: await load(tile, [edge.pid], seconds) }
    const peers: Record<string, Load> = { hello: await load(hello.url, hello.pids, seconds) }
    if (nginx) peers.nginx = await load(nginx.url, nginx.pids, seconds)
    const cpu = (peer?: Load) => (peer ? figures.edge.cpuUsPerRequest / peer.cpuUsPerRequest : undefined)
    return {
      name,
      figures,
      peers,
      ratios: { cpuOverHello: cpu(peers.hello), cpuOverNginx: cpu(peers.nginx), originRequests: origin.hits() },
    }
  } finally {
    for (const stage of stages.reverse()) await stage.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
