// Nodes that mean harm, or are broken: nothing of what they send may fill memory or disk, hang a mirror, lead it to
// another machine, or be served.

import { existsSync, readdirSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { guardedLookup, isPrivate, nodeAddress } from '../../origin/hips/others/guard.ts'
import { type MirrorOptions, mirrorMap } from '../../origin/hips/others/mirror.ts'
import { besideAnotherNode, type OtherNode } from '../support/other-node.ts'
import { othersMap, pngLike } from '../support/others-map.ts'

const beside = besideAnotherNode()
let count = 0

const QUICK = { allowPrivate: true, pauseMs: 1, headersMs: 5_000, stallMs: 5_000, tries: 2 }
/** For answers that do not come. */
const HASTY = { headersMs: 300, stallMs: 200 }
const BOMB = gzipSync(Buffer.alloc(50_000_000))
const mirror = (options: Partial<MirrorOptions> = {}) =>
  mirrorMap(
    { url: beside.node.url, map: `hostile/m${++count}`, ...QUICK, ...options },
    { catalog: beside.here.catalog, dataFolder: beside.here.config.dataFolder, nowMs: beside.here.now },
  )
const TILE = 'Norder3/Dir0/Npix300.png'
type Misbehaviour = NonNullable<OtherNode['misbehave']>
const at =
  (where: string, how: (...args: Parameters<Misbehaviour>) => void): Misbehaviour =>
  (path, request, response) => {
    if (path !== where) return false
    how(path, request, response)
    return true
  }

/** For what the node does not have. */
const elsewhere =
  (how: (response: ServerResponse) => void): Misbehaviour =>
  (path, _, response) => {
    if (beside.node.files.has(path)) return false
    how(response)
    return true
  }

describe('an address that leads into our own network', () => {
  it.each([
    'http://127.0.0.1/hips',
    'http://localhost/hips',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://10.1.2.3/',
    'http://169.254.169.254/latest/meta-data',
    'http://192.168.0.1/',
    'http://[::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
    'http://[64:ff9b:1::a00:1]/',
    'http://[::ffff:0:a00:1]/',
    'http://[5f00::1]/',
    'http://0.0.0.0/',
  ])('is refused: %s', async (url) => {
    await expect(mirror({ url, allowPrivate: false })).rejects.toThrow('--allow-private')
  })

  it.each([
    'ftp://other.example/',
    'file:///etc/passwd',
    'http://me:secret@other.example/',
    'http://a.example/?x=1',
    'no',
  ])('or is none is refused: %s', async (url) => {
    const error = await mirror({ url }).catch((error) => error)
    expect(error.code).toBe('bad-option')
    expect(error.message).not.toContain('secret')
  })

  it('is refused when a name is looked up, whatever it was before', async () => {
    const told = await new Promise((resolve) => guardedLookup('localhost', {}, (error) => resolve(error)))
    expect(String(told)).toContain('--allow-private')
  })

  it('is told from one of the world', () => {
    for (const address of ['130.79.128.5', '8.8.8.8', '2001:660:4705:1:4::3']) expect(isPrivate(address)).toBe(false)
    expect(nodeAddress('https://alasky.cds.unistra.fr/DSS//DSSColor/properties').href).toBe(
      'https://alasky.cds.unistra.fr/DSS/DSSColor',
    )
  })

  it('is not reached by a redirect', async () => {
    let reached = 0
    const inner = createServer((socket) => {
      reached++
      socket.destroy()
    })
    await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve))
    const { port } = inner.address() as { port: number }
    for (const location of [
      `http://127.0.0.1:${port}/x`,
      'http://169.254.169.254/',
      'file:///etc/passwd',
      '//[::1]/x',
    ]) {
      beside.node.misbehave = at(TILE, (_, __, response) => response.writeHead(302, { location }).end())
      await expect(mirror()).rejects.toThrow('leads Norder3/Dir0/Npix300.png elsewhere')
    }
    expect(reached).toBe(0)
    inner.close()
  })

  it('is followed on the host itself, but not in a ring', async () => {
    beside.node.files.set('moved.png', pngLike('moved'))
    beside.node.misbehave = at(TILE, (_, __, response) => response.writeHead(301, { location: '/moved.png' }).end())
    expect((await mirror()).fetched).toBe(87)
    beside.node.misbehave = at(TILE, (_, __, response) => response.writeHead(301, { location: `/${TILE}` }).end())
    await expect(mirror()).rejects.toThrow('elsewhere')
  })
})

describe('an answer', () => {
  const page = '<!doctype html><title>Nothing here</title>'
  it.each<[string, Misbehaviour, string]>([
    [
      'of 200 for what is not there',
      elsewhere((response) => response.end(page)),
      'which cannot exist: what is missing must be 404',
    ],
    ['of 204', elsewhere((response) => response.writeHead(204).end()), 'answers 204'],
    [
      'of a page in place of a tile',
      at(TILE, (_, __, r) => r.setHeader('content-type', 'text/html').end(page)),
      'of text/html',
    ],
    ['of nothing in place of a tile', at(TILE, (_, __, r) => r.end()), '(0 bytes of no type)'],
    [
      'that is shorter than it says',
      at(TILE, (_, __, r) => void r.writeHead(200, { 'content-length': 100 }).write('\x89PNG', () => r.destroy())),
      'cut off',
    ],
    [
      'that says it is endless',
      at(TILE, (_, __, r) => void r.writeHead(200, { 'content-length': 1e12 }).write('x')),
      'longer than',
    ],
    [
      'without an end',
      at(TILE, (_, __, r) => {
        const more = (): unknown => r.destroyed || r.write(Buffer.alloc(65_536), more)
        more()
      }),
      'longer than',
    ],
    ['that never begins', at(TILE, () => undefined), 'no answer in 0.3 s'],
    [
      'that drips',
      at(TILE, (_, __, r) => {
        const drip = setInterval(() => (r.destroyed ? clearInterval(drip) : r.write('x')), 20)
      }),
      'does not go on',
    ],
    [
      'that is a gzip bomb',
      at(TILE, (_, __, r) => r.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB)),
      'comes as gzip',
    ],
    ['of 403', at(TILE, (_, __, r) => r.writeHead(403).end()), 'answers 403'],
    ['of 500, again and again', at(TILE, (_, __, r) => r.writeHead(500).end()), 'answers 500'],
  ])('%s ends the run, and nothing of it is served', async (_, misbehave, message) => {
    beside.node.misbehave = misbehave
    const map = `hostile/m${count + 1}`
    const hasty = /no answer|does not go on/.test(message) ? HASTY : {}
    await expect(mirror(hasty)).rejects.toThrow(message)
    expect(await beside.here.catalog.map(map)).toBeUndefined()
    expect(existsSync(join(beside.here.config.dataFolder, 'hips', map))).toBe(false)
  })

  it('of 503 and Retry-After is waited for', async () => {
    let turns = 0
    beside.node.misbehave = (path, _, response) => {
      if (path !== TILE || turns++ > 0) return false
      response.writeHead(503, { 'retry-after': '0.2' }).end()
      return true
    }
    const begun = performance.now()
    expect((await mirror()).fetched).toBe(87)
    expect(performance.now() - begun).toBeGreaterThan(190)
  })

  it('with files that the check code does not know is no whole map', async () => {
    beside.node.files = othersMap({ hips_check_code: 'png:12345' })
    await expect(mirror()).rejects.toThrow('not those of hips_check_code png:12345')
  })

  it('that becomes another map on the way is no whole map', async () => {
    let asked = 0
    beside.node.misbehave = (path, _, response) => {
      if (path !== 'properties' || asked++ === 0) return false
      response.end(othersMap({ hips_release_date: '2026-03-03T00:00Z' }).get('properties'))
      return true
    }
    await expect(mirror()).rejects.toThrow('became another (2026-03-03T00:00Z)')
  })

  it('of more than the operator wants ends the run', async () => {
    beside.node.files.set(TILE, pngLike('x'.repeat(100_000)))
    await expect(mirror({ maxBytes: 50_000 })).rejects.toThrow('more than 50000 bytes')
  })
})

describe('properties', () => {
  it.each<[string, string | Buffer, string]>([
    ['of 100 MB', Buffer.alloc(100_000_000, 'a'), 'longer than 1000000 bytes'],
    ['that are a page', '<html></html>', 'a page where properties should be'],
    ['that are empty', '', 'mandatory'],
    ['of an order that would never end', othersText({ hips_order: '29' }), 'hips_order is 0 to 24'],
    ['of tiles as wide as a wall', othersText({ hips_tile_width: '65536' }), 'hips_tile_width'],
  ])('%s are refused', async (_, text, message) => {
    beside.node.files.set('properties', Buffer.from(text))
    await expect(mirror()).rejects.toThrow(message)
  })

  it('name no file of ours, whatever they hold', async () => {
    const tricks = { creator_did: 'ivo://../../../../etc/passwd', obs_title: '</title><script>alert(1)</script>' }
    beside.node.files = othersMap(tricks)
    const { map } = await mirror({ map: undefined })
    expect(map).toBe('etc/passwd')
    const page = await (await fetch(`${beside.here.url}/hips/public/${map}/`)).text()
    expect(page).not.toContain('<script>alert')
    expect(readdirSync(beside.here.config.dataFolder).filter((name) => /etc|passwd/.test(name))).toEqual([])
  })
})

function othersText(more: Record<string, string>): Buffer {
  return Buffer.from(othersMap(more).get('properties') ?? [])
}
