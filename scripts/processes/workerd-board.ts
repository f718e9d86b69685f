// The availability worker on plain workerd: a process of its own, so that it shares no fate with what it watches.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleWorkers } from './worker-bundle.ts'
import { lonelyConfig } from './workerd-config.ts'
import { type RunningEdge, runWorkerd } from './workerd-edge.ts'

export interface BoardOptions {
  readonly host: string
  /** 0 = any free one. */
  readonly port: number
  /** Liveness pages by name. */
  readonly services: readonly { readonly name: string; readonly url: string }[]
  readonly log?: (line: string) => void
}

export async function startWorkerdBoard({
  host,
  port,
  services,
  log = () => undefined,
}: BoardOptions): Promise<RunningEdge> {
  const folder = await mkdtemp(join(tmpdir(), 'skyedge-board-'))
  try {
    const { availability } = await bundleWorkers('availability')
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
    const pairs = services.map(({ name, url }) => `${name.replaceAll(' ', '+')}=${url}`)
    await writeFile(join(folder, 'board.mjs'), availability.code)
    await writeFile(join(folder, 'edge.capnp'), lonelyConfig(address, 'board.mjs', { SERVICES: pairs.join(' ') }))
    return await runWorkerd(folder, { host, address, log, folders: [], cacheBytes: 0, sockets: 1 })
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}
