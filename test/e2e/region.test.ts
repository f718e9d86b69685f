// Two edges on plain workerd that share a region's cache: one has the folder and opens its door, the other comes in by it.

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EDGE_HEADER } from '#src/services'
import { type RunningEdge, startWorkerdEdge } from '../../scripts/processes/workerd-edge.ts'

const SECRET = 'only-for-tests-0123456789abcdef'
const map = { map: 'm', release: 'dr1', generation: 'g1', order: 9, publicOrder: 9, formats: ['png', 'fits'] }
const manifest = JSON.stringify({ maps: [{ ...map, rights: { access: 'public', release: 'dr1' } }] })
const bytes = { png: Buffer.alloc(50_000, 7), fits: Buffer.alloc(1_054_080, 9) }

let folder: string
let origin: Server
let first: RunningEdge
let second: RunningEdge
const hits: string[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skyedge-region-'))
  origin = createServer(({ url = '' }, response) => {
    if (url === '/internal/maps') return void response.end(manifest)
    hits.push(url)
    const body = url.endsWith('.fits') ? bytes.fits : bytes.png
    response.writeHead(200, { 'content-type': 'image/x', 'content-length': body.length, etag: '"e"' }).end(body)
  })
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
  const originUrl = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`
  const shared = { originUrl, secret: SECRET, host: '127.0.0.1', port: 0 }
  const regionStore = { folder: join(folder, 'region'), listen: '127.0.0.1:0' }
  first = await startWorkerdEdge({ ...shared, cacheFolder: join(folder, 'first'), regionStore })
  const address = `127.0.0.1:${first.ports.get('region')}`
  second = await startWorkerdEdge({ ...shared, cacheFolder: join(folder, 'second'), regionStore: { address } })
})

afterAll(async () => {
  await second?.stop()
  await first?.stop()
  origin?.closeAllConnections()
  origin?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Until the answer's way is as told: what is kept in the background takes its moment. */
async function wayOf(edge: RunningEdge, path: string): Promise<[string | null, Buffer]> {
  const answer = await fetch(edge.url + path)
  return [answer.headers.get('cache-status'), Buffer.from(await answer.arrayBuffer())]
}
const moment = () => new Promise((resolve) => setTimeout(resolve, 300))

describe('a region of two edges', () => {
  it.each(['png', 'fits'] as const)('asks the origin once for a %s tile that both show', async (format) => {
    const path = `/hips/public/m/Norder3/Dir0/Npix5.${format}`
    expect((await wayOf(first, path))[1].equals(bytes[format])).toBe(true)
    await moment()
    const [status, body] = await wayOf(second, path)
    expect(status).toBe('region; hit, colo; fwd=miss, isolate; fwd=miss')
    expect(body.equals(bytes[format])).toBe(true)
    await moment()
    expect((await wayOf(second, path))[0]).toMatch(/^(?:isolate|colo); hit/)
    expect(hits.filter((url) => url === path)).toHaveLength(1)
  })

  it('gives to the other what it fetched itself, too', async () => {
    const path = '/hips/public/m/Norder3/Dir0/Npix6.fits'
    await wayOf(second, path)
    await moment()
    expect((await wayOf(first, path))[0]).toMatch(/^region; hit/)
    expect(hits.filter((url) => url === path)).toHaveLength(1)
  })

  it('opens its door to those who know the secret, for entries alone', async () => {
    const door = `http://127.0.0.1:${first.ports.get('region')}`
    const entry = `/a/${'0'.repeat(39)}`
    const headers = { [EDGE_HEADER]: SECRET }
    const status = async (path: string, init: RequestInit) => (await fetch(door + path, init)).status
    expect(await status(entry, { method: 'PUT', body: 'x' })).toBe(404)
    expect(await status(entry, { headers: { [EDGE_HEADER]: 'guess' } })).toBe(404)
    expect(await status('/', { headers })).toBe(404)
    expect(await status('/ab/../../etc/passwd', { headers })).toBe(404)
    expect(await status(entry, { method: 'DELETE', headers })).toBe(405)
    expect(await status(entry, { headers })).toBe(404)
  })

  it('is done without when it is away', async () => {
    await first.stop()
    const [status, body] = await wayOf(second, '/hips/public/m/Norder3/Dir0/Npix7.png')
    expect(status).toMatch(/^region; fwd=uri-miss; fwd-status=200/)
    expect(body.equals(bytes.png)).toBe(true)
  })
})
