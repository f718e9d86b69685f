// What every answer of the origin passes on its way out.

import { Hono } from 'hono'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import type { OriginDeps, OriginEnv } from '../../origin/deps.ts'
import { createMetrics } from '../../origin/metrics.ts'
import { cors, observed, secured } from '../../origin/middleware.ts'

it('headers are put on the answer that a route made: making it anew for each would copy a tile seven times', async () => {
  const deps = { log: pino({ level: 'silent' }), clock: () => 0, metrics: createMetrics() } as unknown as OriginDeps
  let made: Response | undefined
  const app = new Hono<OriginEnv>().use(observed(deps), secured, cors).get('/tile', (c) => {
    made = c.body(new Uint8Array(8), 200, { 'Content-Security-Policy': 'its own', 'Server-Timing': 'plan;dur=1.0' })
    return made
  })
  const answer = await app.request('/tile', { headers: { 'x-request-id': 'r1' } })
  expect(answer).toBe(made)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'x-request-id': 'r1',
    server: 'Skyedge',
    'content-security-policy': 'its own',
    'access-control-allow-origin': '*',
  })
  expect(answer.headers.get('server-timing')).toMatch(/^plan;dur=1.0, origin;dur=/)
})
