// Several isolates of an edge on plain workerd and one Durable Object between them: what many want at the same moment
// is asked for once, whoever asks, whoever leaves, whatever the origin answers.

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type RunningEdge, startWorkerdEdge } from '../../scripts/processes/workerd-edge.ts'

const SECRET = 'only-for-tests-0123456789abcdef'
const ISOLATES = 3
const map = { map: 'm', release: 'dr1', generation: 'g1', order: 9, publicOrder: 9, formats: ['png', 'fits'] }
const manifest = JSON.stringify({ maps: [{ ...map, rights: { access: 'public', release: 'dr1' } }] })

let folder: string
let origin: Server
let edge: RunningEdge
let isolates: string[]
let hits = new Map<string, number>()
let answer: (path: string) => { status: number; bytes: Buffer; delayMs: number }

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skyedge-flights-'))
  origin = createServer((request, response) => {
    const path = request.url as string
    if (path === '/internal/maps') return void response.end(manifest)
    hits.set(path, (hits.get(path) ?? 0) + 1)
    const { status, bytes, delayMs } = answer(path)
    const headers = { 'content-type': 'image/png', 'content-length': bytes.length, etag: '"e"' }
    setTimeout(() => response.writeHead(status, headers).end(bytes), delayMs)
  })
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
  edge = await startWorkerdEdge({
    originUrl: `http://127.0.0.1:${(origin.address() as AddressInfo).port}`,
    secret: SECRET,
    host: '127.0.0.1',
    port: 0,
    cacheFolder: join(folder, 'cache'),
    isolates: ISOLATES,
  })
  isolates = [...edge.ports.values()].map((port) => `http://127.0.0.1:${port}`)
  for (const url of isolates) await (await fetch(`${url}${tile(999)}`)).arrayBuffer()
})

beforeEach(() => {
  hits = new Map()
  answer = () => ({ status: 200, bytes: Buffer.alloc(50_000, 7), delayMs: 300 })
})

afterAll(async () => {
  await edge?.stop()
  origin?.closeAllConnections()
  origin?.close()
  rmSync(folder, { recursive: true, force: true })
})

function tile(npix: number, format = 'png'): string {
  answer ??= () => ({ status: 200, bytes: Buffer.alloc(10), delayMs: 0 })
  return `/hips/public/m/Norder5/Dir0/Npix${npix}.${format}`
}

/** `count` requests at once, spread over the isolates: status and length of each. */
const together = (path: string, count: number) =>
  Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const response = await fetch(isolates[i % isolates.length] + path)
      return `${response.status} ${(await response.arrayBuffer()).byteLength}`
    }),
  )

describe('what all isolates of an edge want at the same moment', () => {
  it('is one request to the origin for a thousand of them', async () => {
    expect(isolates).toHaveLength(ISOLATES)
    expect(new Set(await together(tile(1), 1000))).toEqual(new Set(['200 50000']))
    expect(hits.get(tile(1))).toBe(1)
  })

  it('is one request too where it is too large to be held, and reaches them through a tier', async () => {
    answer = () => ({ status: 200, bytes: Buffer.alloc(3_000_000, 9), delayMs: 200 })
    expect(new Set(await together(tile(2, 'fits'), 30))).toEqual(new Set(['200 3000000']))
    expect(hits.get(tile(2, 'fits'))).toBe(1)
  })

  it('goes on when the first of them leaves', async () => {
    const first = new AbortController()
    const left = fetch(isolates[0] + tile(3), { signal: first.signal }).catch((error) => error.name)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const others = together(tile(3), 20)
    await new Promise((resolve) => setTimeout(resolve, 50))
    first.abort()
    expect(await left).toBe('AbortError')
    expect(new Set(await others)).toEqual(new Set(['200 50000']))
    expect(hits.get(tile(3))).toBe(1)
  })

  it('may be an error, which those who come later do not share', async () => {
    answer = () => ({ status: 503, bytes: Buffer.from('no'), delayMs: 200 })
    for (const said of await together(tile(4), 30)) expect(said).toMatch(/^503 /)
    expect(hits.get(tile(4))).toBe(1)
    answer = () => ({ status: 200, bytes: Buffer.alloc(5), delayMs: 0 })
    expect(await together(tile(4), 1)).toEqual(['200 5'])
  })

  it('may be an origin that breaks off', async () => {
    answer = () => {
      origin.closeAllConnections()
      return { status: 200, bytes: Buffer.alloc(0), delayMs: 0 }
    }
    for (const said of await together(tile(5), 9)) expect(said).toMatch(/^502 /)
    answer = () => ({ status: 200, bytes: Buffer.alloc(5), delayMs: 0 })
    expect(await together(tile(5), 3)).toEqual(['200 5', '200 5', '200 5'])
  })

  it('says that it was shared', async () => {
    const statuses = await Promise.all(
      isolates.map(async (url) => {
        const response = await fetch(url + tile(6))
        await response.arrayBuffer()
        return response.headers.get('cache-status')
      }),
    )
    expect(statuses.filter((status) => status?.includes('collapsed'))).toHaveLength(ISOLATES - 1)
    expect(hits.get(tile(6))).toBe(1)
  })
})
