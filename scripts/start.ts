// `npm start`: the demo archive (once), the origin, the edges and the availability worker on this machine.
// Prints one line when all are ready; SIGINT or SIGTERM stop them all, and none survives us however we end.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { tokenIssuer } from '#src/rights'
import { type Config, ConfigError, loadConfig } from '../origin/config.ts'
import { regionName } from '../origin/edges/edges.ts'
import { loadEdgeSecret } from '../origin/identity/keys.ts'
import { makeDemoOnce } from './demo/first-start.ts'
import { assertPortsFree } from './processes/free-ports.ts'
import { holdFolder } from './processes/hold-folder.ts'
import { type LocalWorker, startLocalWorker } from './processes/local-workers.ts'
import { startOriginProcess } from './processes/origin-process.ts'
import { untilSignal } from './processes/signal.ts'
import { startSlowWire } from './processes/slow-wire.ts'
import { Watch } from './processes/watch.ts'
import { bundleWorkers } from './processes/worker-bundle.ts'

interface Part {
  readonly pids?: readonly number[]
  stop(): Promise<unknown>
}

const STOP_MS = 4_500

async function start(config: Config, parts: Part[], watch: Watch): Promise<string> {
  await assertPortsFree(config)
  mkdirSync(config.dataFolder, { recursive: true, mode: 0o700 })
  const keep = <P extends Part>(part: P): P => {
    parts.push(part)
    for (const pid of part.pids ?? []) watch.add(pid)
    return part
  }
  keep(holdFolder(config.dataFolder))
  await makeDemoOnce(config)
  const origin = keep(await startOriginProcess(config))
  const far = config.originUrl ?? origin.url
  const originUrl = config.originLatencyMs > 0 ? keep(await startSlowWire(far, config.originLatencyMs)).url : far

  const { edge, availability } = await bundleWorkers('edge', 'availability')
  const secret = await loadEdgeSecret(config.dataFolder)
  const board = `http://${config.host}:${config.availabilityPort}`
  const edges: LocalWorker[] = []
  for (let n = 0; n < config.edges; n++) {
    const bindings = {
      ORIGIN_URL: originUrl,
      EDGE_SECRET: secret,
      REGION: regionName(n),
      TOKEN_ISSUER: tokenIssuer(config.authority),
      ...(config.availabilityPort > 0 ? { AVAILABILITY_URL: board } : {}),
    }
    const port = config.edgePort === 0 ? 0 : config.edgePort + n
    const folder = join(config.dataFolder, 'edges', String(n))
    edges.push(
      keep(await startLocalWorker({ name: 'edge', code: edge.code, host: config.host, port, bindings, folder })),
    )
  }
  const watched = [`origin=${origin.url}/healthz`, ...edges.map(({ url }, n) => `edge+${regionName(n)}=${url}/healthz`)]
  const shown = keep(
    await startLocalWorker({
      name: 'availability',
      code: availability.code,
      host: config.host,
      port: config.availabilityPort,
      bindings: { SERVICES: watched.join(' ') },
      folder: join(config.dataFolder, 'edges', 'availability'),
    }),
  )
  const more = edges.slice(1).map(({ url }, n) => ` edge${n + 2}=${url}`)
  return `ready edge=${edges[0].url} origin=${origin.url} availability=${shown.url}${more.join('')}`
}

async function stopAll(parts: Part[]): Promise<void> {
  const late = setTimeout(() => process.exit(1), STOP_MS)
  await Promise.allSettled(parts.map((part) => part.stop()))
  clearTimeout(late)
}

async function main(): Promise<number> {
  const parts: Part[] = []
  const watch = new Watch()
  const asked = untilSignal()
  try {
    const work = start(loadConfig(), parts, watch)
    // A signal while the demo is made or something starts ends that too.
    const first = await Promise.race([work, asked.then(() => undefined)])
    if (first !== undefined) {
      console.log(first)
      await asked
    }
    return 0
  } catch (error) {
    const said =
      error instanceof ConfigError ? error.problems : [error instanceof Error ? error.message : String(error)]
    for (const line of said) console.error(line.replace(/\s*\n\s*/g, ' '))
    return 1
  } finally {
    await stopAll(parts)
    watch.dismiss()
  }
}

// Threads that still make the demo, or a start half way, do not keep us.
process.exit(await main())
