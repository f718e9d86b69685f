// Errors outside of DALI: `application/problem+json` (RFC 9457). One sentence for the client, the request id to ask
// about; no stack, path or SQL. What really happened is in the log under that id.

import { STATUS_CODES } from 'node:http'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

export function problem(c: Context, status: ContentfulStatusCode, detail?: string): Response {
  const body = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    instance: c.var.requestId === undefined ? undefined : `urn:request:${c.var.requestId}`,
  }
  c.header('Cache-Control', 'no-store')
  return c.body(JSON.stringify(body), status, { 'Content-Type': 'application/problem+json' })
}
