// Asks a PostgreSQL server to stop what one of its connections runs: the request comes over a connection of its own with
// the key that the server gave to the first (protocol 3.0, CancelRequest). The server answers nothing.

import { connect } from 'node:net'
import pg from 'pg'
import type { ReadySaid } from './orders.ts'

const CANCEL_REQUEST = 80877102
const PATIENCE_MS = 5000

export function cancelPostgres(url: string, { processId, secretKey }: NonNullable<ReadySaid['cancel']>): void {
  // Only for what it reads out of the address; it is never connected.
  const { host, port } = new pg.Client({ connectionString: url })
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
  const request = Buffer.alloc(16)
  request.writeInt32BE(16, 0)
  request.writeInt32BE(CANCEL_REQUEST, 4)
  request.writeInt32BE(processId, 8)
  request.writeInt32BE(secretKey, 12)
  socket.setTimeout(PATIENCE_MS, () => socket.destroy())
  // A server that cannot be reached runs nothing either.
  socket.on('error', () => {})
  socket.end(request)
}
