// The origin as a process of its own: settings, catalogue, listen, and a clean stop at SIGINT or SIGTERM.
// `npm start` runs this file beside an edge; `node origin/main.ts` is enough for an origin alone.

import { pino } from 'pino'
import { openCatalog } from './catalog/open.ts'
import { ConfigError, loadConfig } from './config.ts'
import { startOrigin } from './serve.ts'

const log = pino({ name: 'origin' })

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  return code === 'EADDRINUSE'
    ? `port ${port} on ${address} is in use; SKYEDGE_ORIGIN_PORT sets another`
    : error.message
}

try {
  const config = loadConfig()
  const origin = await startOrigin(config, await openCatalog(config), { log })
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (stopping) return
      stopping = true
      log.info({ signal }, 'stopping')
      void origin.stop().finally(() => process.exit(0))
    })
  console.log(`ready origin=${origin.url}`)
} catch (error) {
  const problems = error instanceof ConfigError ? error.problems : [sentenceOf(error)]
  for (const problem of problems) console.error(problem)
  process.exitCode = error instanceof ConfigError ? 2 : 1
}
