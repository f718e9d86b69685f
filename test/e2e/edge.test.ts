// The edge on plain workerd in front of the real origin: a map from an image, tiles, a cutout, many at once, an
// origin that goes away, and request lines that no client library would send.

import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EDGE_HEADER } from '#src/services'
import { loadEdgeSecret } from '../../origin/identity/keys.ts'
import type { RunningEdge } from '../../scripts/processes/workerd-edge.ts'
import type { MapWorld } from '../support/map-world.ts'
import { CENTRE } from '../support/sky-image.ts'
import { deepestTile, edgeBefore, type LoggedOrigin, loggedOrigin, MAP, smallSky } from '../support/small-sky.ts'

let folder: string
let world: MapWorld
let origin: LoggedOrigin
let edge: RunningEdge
let did: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skyedge-e2e-'))
  world = await smallSky(folder)
  did = (await world.catalog.productsIn('sky'))[0].publisherDid
  origin = await loggedOrigin(world)
  edge = await edgeBefore(world, origin, join(folder, 'cache'))
})

afterAll(async () => {
  await edge?.stop()
  await origin?.stop()
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

const get = (path: string, init?: RequestInit) => fetch(edge.url + path, init)
const asked = (path: string) => origin.asked(`${path}"`)

async function someTile(format: 'png' | 'fits'): Promise<string> {
  return `/hips/public/${MAP}/${deepestTile((await world.catalog.maps())[0], format)}`
}

describe('the edge in front of the origin', () => {
  it('is told that the manifest is unchanged', async () => {
    const headers = { [EDGE_HEADER]: await loadEdgeSecret(world.dataFolder) }
    const first = await fetch(`${origin.url}/internal/maps`, { headers })
    const etag = first.headers.get('etag') as string
    expect([first.status, etag]).toEqual([200, expect.stringMatching(/^"[^"]+"$/)])
    expect(((await first.json()) as { maps: unknown[] }).maps).toHaveLength(1)
    const again = await fetch(`${origin.url}/internal/maps`, { headers: { ...headers, 'if-none-match': etag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })

  it('gives the bytes that the origin gives, and keeps them', async () => {
    for (const format of ['png', 'fits'] as const) {
      const tile = await someTile(format)
      const direct = await fetch(origin.url + tile)
      expect(direct.status).toBe(200)
      const bytes = Buffer.from(await direct.arrayBuffer())
      const before = asked(tile)
      for (let i = 0; i < 3; i++) {
        const answer = await get(tile)
        expect(answer.headers.get('etag')).toBe(direct.headers.get('etag'))
        expect(answer.headers.get('last-modified')).toBe(direct.headers.get('last-modified'))
        expect(answer.headers.get('content-length')).toBe(String(bytes.length))
        expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true)
      }
      expect(asked(tile) - before).toBe(1)
    }
  })

  it('asks the origin once for what a hundred want, also when the first of them leaves', async () => {
    const cutout = `/soda/sync?ID=${encodeURIComponent(did)}&CIRCLE=${CENTRE.raDeg}%20${CENTRE.decDeg}%200.03`
    const gone = new AbortController()
    const first = get(cutout, { signal: gone.signal }).catch(() => undefined)
    const others = Array.from({ length: 100 }, async () => (await get(cutout)).status)
    setTimeout(() => gone.abort(), 3)
    expect(new Set(await Promise.all(others))).toEqual(new Set([200]))
    await first
    expect(asked('/soda/sync')).toBe(1)
  })

  it('answers 404 outside of the map without asking', async () => {
    const { order } = (await world.catalog.maps())[0]
    const path = `/hips/public/test/r/Norder${order}/Dir0/Npix0.png`
    expect((await get(path)).status).toBe(404)
    expect(asked(path)).toBe(0)
  })

  it('writes its own address into the list of maps', async () => {
    expect(await (await get('/hipslist')).text()).toContain(`hips_service_url     = ${edge.url}/hips/public/test/r`)
  })

  it('shows nothing that is between edges and the origin', async () => {
    for (const path of ['/internal/maps', '/internal/product?id=x', '/metrics'])
      expect((await get(path)).status).toBe(404)
  })

  it('refuses request lines with tricks, and stays', async () => {
    const lines = [
      'GET /hips/public/../../etc/passwd HTTP/1.1',
      'GET /hips/public/%2e%2e/internal/maps HTTP/1.1',
      'GET /hips/public/test%2fr/properties HTTP/1.1',
      'GET /hips\\public\\test HTTP/1.1',
      'GET /%00 HTTP/1.1',
    ]
    for (const line of lines) expect([line, await raw(line)]).toEqual([line, 400])
    expect(await raw('GET //hips//public//test/r//properties HTTP/1.1')).toBe(200)
    expect(await raw('BREW /hips/public/test/r/properties HTTP/1.1')).toBeGreaterThanOrEqual(400)
    expect((await get('/healthz')).status).toBe(200)
  })

  it('goes on with what it has when the origin stops, and says when to come back for the rest', async () => {
    const tile = await someTile('fits')
    const properties = '/hips/public/test/r/properties'
    for (const path of [tile, properties]) await (await get(path)).arrayBuffer()
    await origin.stop()
    for (const path of [tile, properties]) expect([path, (await get(path)).status]).toEqual([path, 200])
    const answer = await get(
      `/soda/sync?ID=${encodeURIComponent(did)}&CIRCLE=${CENTRE.raDeg}%20${CENTRE.decDeg}%200.01`,
    )
    expect([502, 503, 504]).toContain(answer.status)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })
})

/** The status of a request line as it stands. */
function raw(line: string): Promise<number> {
  const { hostname, port } = new URL(edge.url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(`${line}\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`),
    )
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(Number(text.split(' ')[1])))
  })
}
