// Whether the ports can be had, before a minute of work is spent on what then cannot start.

import { createServer } from 'node:net'
import type { Config } from '../../origin/config.ts'

export async function assertPortsFree({ host, edgePort, edges, originPort, availabilityPort }: Config): Promise<void> {
  const wanted: [number, string][] = [
    [originPort, 'SKYEDGE_ORIGIN_PORT'],
    [availabilityPort, 'SKYEDGE_AVAILABILITY_PORT'],
    ...Array.from({ length: edgePort === 0 ? 0 : edges }, (_, n): [number, string] => [
      edgePort + n,
      'SKYEDGE_EDGE_PORT',
    ]),
  ]
  for (const [port, setting] of wanted) {
    const code = port === 0 ? undefined : await refusal(host, port)
    if (code === 'EADDRINUSE') throw new Error(`port ${port} on ${host} is in use; ${setting} sets another`)
    if (code === 'EACCES')
      throw new Error(`port ${port} on ${host} may not be used by this user; ${setting} sets another`)
    if (code !== undefined)
      throw new Error(`${host} cannot be listened on (${code}); SKYEDGE_HOST sets another address`)
  }
}

function refusal(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}
