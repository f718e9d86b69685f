// `skyedge serve-availability`: the board of this node's services, on plain workerd and apart from all of them.

import type { Command } from 'commander'
import { loadConfig } from '../../origin/config.ts'
import { edgesOf } from '../../origin/edges/edges.ts'
import { untilSignal } from '../processes/signal.ts'
import { startWorkerdBoard } from '../processes/workerd-board.ts'

export function register(program: Command): void {
  program
    .command('serve-availability')
    .description('run the availability worker: it watches the origin and the edges, and says how they are')
    .addHelpText('after', '\nIt watches SKYEDGE_ORIGIN_URL and SKYEDGE_EDGE_URLS, else what npm start starts.')
    .action(async () => {
      const config = loadConfig()
      const { host, originPort, originUrl = `http://127.0.0.1:${originPort}` } = config
      const board = await startWorkerdBoard({
        host,
        port: config.availabilityPort,
        services: [
          { name: 'origin', url: `${originUrl}/healthz` },
          ...edgesOf(config).map(({ region, url }) => ({ name: `edge ${region}`, url: `${url}/healthz` })),
        ],
        log: (line) => process.stderr.write(`${line}\n`),
      })
      console.log(`ready availability=${board.url}`)
      const ended = await Promise.race([untilSignal().then(() => 'asked' as const), board.ended])
      if (ended === 'asked') await board.stop()
      else throw new Error(`workerd ended by itself with status ${ended}`)
    })
}
