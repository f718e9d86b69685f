// A wire that takes its time: a TCP relay that delays what goes to the far side, for trying regions on one machine.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface SlowWire {
  readonly url: string
  stop(): Promise<void>
}

/** `delayMs` is added to every round trip. */
export async function startSlowWire(toUrl: string, delayMs: number): Promise<SlowWire> {
  const { hostname, port } = new URL(toUrl)
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) })
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        open.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.on('data', (bytes) => setTimeout(() => far.writable && far.write(bytes), delayMs))
    near.on('end', () => setTimeout(() => far.end(), delayMs))
    far.pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
