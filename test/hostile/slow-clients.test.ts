// Clients that ask for much and take nothing: what is made for them before it is sent is bounded, for all together.

import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { answer, waiting } from '../../origin/answer.ts'

const SIZE = 3 << 20
const MIB = 1 << 20
const byteAt = (at: number) => (at * 7 + (at >> 12)) & 255

let opened = 0
async function* made(start: number, end: number, failsAt = Infinity): AsyncGenerator<Uint8Array> {
  opened++
  try {
    for (let at = start; at < end; at += MIB) {
      if (at >= failsAt) throw new Error('broken')
      yield Uint8Array.from({ length: Math.min(MIB, end - at) }, (_, i) => byteAt(at + i))
    }
  } finally {
    opened--
  }
}

const app = new Hono()
const freshness = { cacheControl: 'no-store', vary: [] }
const entity = { etag: '"1"', contentType: 'text/plain', size: SIZE }
app.get('/good', (c) => answer(c, { ...entity, open: (start, end) => made(start, end) }, freshness))
app.get('/bad', (c) => answer(c, { ...entity, open: (start, end) => made(start, end, 0) }, freshness))
app.onError((error, c) => c.text(error.message, 500))

describe('clients that take nothing', () => {
  it('hold a bounded amount of what was made for them, and let go of it when they leave', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, async () => app.request('/good')))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(waiting()).toBeGreaterThan(0)
    expect(waiting()).toBeLessThanOrEqual(64 * MIB)
    // One that was made before and one that is made now.
    for (const one of [answers[0], answers[59]]) {
      const bytes = new Uint8Array(await one.arrayBuffer())
      expect(bytes.length).toBe(SIZE)
      expect(bytes.every((byte, at) => byte === byteAt(at))).toBe(true)
    }
    // A client that comes later is answered too, and what breaks at its start is an error.
    expect((await app.request('/bad')).status).toBe(500)
    await Promise.all(answers.slice(1, 59).map(({ body }) => body?.cancel()))
    expect([waiting(), opened]).toEqual([0, 0])
    expect((await app.request('/bad')).status).toBe(500)
    expect(waiting()).toBe(0)
  })
})
