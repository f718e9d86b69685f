// The answer that is a running query's table: what the headers say of it, and what ends with it.

import type { Context } from 'hono'
import type { OriginEnv } from './deps.ts'
import { varyByCaller } from './middleware.ts'
import type { RunningQuery } from './query/run.ts'
import { streamed } from './stream.ts'

/** `leave` is called once, when nobody reads the table any more. */
export function sendTable(
  c: Context<OriginEnv>,
  running: RunningQuery,
  mediaType: string,
  leave: () => Promise<void>,
): Response {
  // It fails together with the body, which says so.
  running.outcome.catch(() => undefined)
  c.header('Cache-Control', 'private, no-store')
  varyByCaller(c)
  c.header('Content-Type', mediaType)
  return c.body(
    streamed(running.body, async () => {
      await running.close()
      await leave()
    }),
  )
}
