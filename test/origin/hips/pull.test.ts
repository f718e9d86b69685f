import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { mocOf, writeMocFits } from '#src/moc'
import { type PullOptions, pullMap } from '../../../origin/hips/others/pull.ts'
import { startTestOrigin, type TestOrigin } from '../../support/origin.ts'
import { type OtherNode, startOtherNode } from '../../support/other-node.ts'
import { MADE_MS, othersMap, pngLike } from '../../support/others-map.ts'

const TILE = 'Norder3/Dir0/Npix300.png'
const DAY_MS = 86_400_000
let here: TestOrigin
let node: OtherNode
let map: string
let count = 0

const mocFile = () =>
  writeMocFits(
    mocOf(
      3,
      Array.from({ length: 64 }, (_, i) => 256 + i),
    ),
  )
const pull = (options: Partial<PullOptions> = {}) =>
  pullMap(
    { url: node.url, map, allowPrivate: true, ...options },
    { catalog: here.catalog, dataFolder: here.config.dataFolder, nowMs: here.now },
  )

beforeAll(async () => {
  here = await startTestOrigin()
})
afterAll(() => here?.end())
beforeEach(async () => {
  node = await startOtherNode(othersMap().set('Moc.fits', mocFile()))
  map = `pull/m${++count}`
})
afterEach(() => node.stop())

const get = (path = TILE) => fetch(`${here.url}/hips/public/${map}/${path}`)
const text = async (path = TILE) => Buffer.from(await (await get(path)).arrayBuffer()).toString('latin1')
const bytes = (tail: string) => Buffer.from(pngLike(tail)).toString('latin1')
const asked = (path = TILE) => node.asked.filter((line) => line === `GET /${path}`).length

describe('a map that is pulled through', () => {
  it('is there at once, and its tiles come when they are asked for', async () => {
    const { requests, record } = await pull()
    expect(requests).toBe(2)
    expect(node.asked).toEqual(['GET /properties', 'GET /Moc.fits'])
    expect(record?.layout).toEqual({ kind: 'remote', url: node.url, allowPrivate: true })
    expect(await text('properties')).toMatch(/^hips_status +=\spublic mirror unclonable$/m)
    expect(await text('Moc.fits')).toBe(Buffer.from(mocFile()).toString('latin1'))
    const answer = await get()
    expect(answer.headers.get('last-modified')).toBe(new Date(MADE_MS).toUTCString())
    expect(Buffer.from(await answer.arrayBuffer()).toString('latin1')).toBe(bytes('tile 3/300'))
    expect(await text('Norder3/Allsky.png')).toContain('all the sky')
    expect(await text()).toBe(bytes('tile 3/300'))
    expect(asked()).toBe(1)
  })

  it('asks once for a tile that hundreds want at the same moment', async () => {
    await pull()
    node.delayMs = 100
    const answers = await Promise.all(Array.from({ length: 200 }, () => text()))
    expect(new Set(answers)).toEqual(new Set([bytes('tile 3/300')]))
    expect(asked()).toBe(1)
  })

  it('asks for nothing outside the MOC, and remembers for a while what is not there', async () => {
    await pull()
    expect((await get('Norder3/Dir0/Npix5.png')).status).toBe(404)
    node.files.delete(TILE)
    for (let i = 0; i < 5; i++) expect((await get()).status).toBe(404)
    expect([asked('Norder3/Dir0/Npix5.png'), asked()]).toEqual([0, 1])
    node.files.set(TILE, pngLike('now it is'))
    here.now += 301_000
    expect(await text()).toBe(bytes('now it is'))
  })

  it('asks again after a day by what it was given, and takes what changed', async () => {
    await pull()
    await text()
    here.now += DAY_MS + 1
    expect(await text()).toBe(bytes('tile 3/300'))
    expect(asked()).toBe(2)
    expect(await text()).toBe(bytes('tile 3/300'))
    expect(asked()).toBe(2)
    node.files.set(TILE, pngLike('changed'))
    node.dates.set(TILE, MADE_MS + 60_000)
    here.now += DAY_MS + 1
    const answer = await get()
    expect(answer.headers.get('last-modified')).toBe(new Date(MADE_MS + 60_000).toUTCString())
    expect(Buffer.from(await answer.arrayBuffer()).toString('latin1')).toBe(bytes('changed'))
    node.files.delete(TILE)
    here.now += DAY_MS + 1
    expect((await get()).status).toBe(404)
  })

  it('serves what it keeps while the node is away, and says of the rest that it will come', async () => {
    await pull()
    await text()
    await node.stop()
    here.now += DAY_MS + 1
    expect(await text()).toBe(bytes('tile 3/300'))
    expect(await text('properties')).toContain('The sky of others')
    const other = await get('Norder3/Dir0/Npix301.png')
    expect([other.status, other.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await other.text()).not.toContain('127.0.0.1')
  })

  it.each<[string, (response: ServerResponse) => unknown]>([
    ['a page', (response) => response.end('<html>no such tile</html>')],
    ['nothing', (response) => response.writeHead(204).end()],
    ['another address', (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end()],
    ['more than a tile has', (response) => response.writeHead(200, { 'content-length': 1e9 }).flushHeaders()],
    [
      'half of it',
      (response) => response.writeHead(200, { 'content-length': 100 }).write('\x89PNG', () => response.destroy()),
    ],
  ])('never serves or keeps %s in place of a tile', async (_, answer) => {
    const { record } = await pull()
    node.misbehave = (path, _, response) => {
      if (path !== TILE) return false
      answer(response)
      return true
    }
    expect((await get()).status).toBe(503)
    const folder = join(here.config.dataFolder, 'hips', record?.folder ?? '')
    expect(readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /Npix|part/.test(name))).toEqual(
      [],
    )
    node.misbehave = undefined
    here.now += 6_000
    expect(await text()).toBe(bytes('tile 3/300'))
  })

  it('survives notes that are torn or gone: the tile is fetched anew', async () => {
    const { record } = await pull()
    await text()
    writeFileSync(join(here.config.dataFolder, 'hips', record?.folder ?? '', '.kept', `${TILE}.json`), '{"checked')
    expect(await text()).toBe(bytes('tile 3/300'))
    expect(asked()).toBe(2)
    expect(readFileSync(join(here.config.dataFolder, 'hips', record?.folder ?? '', TILE)).length).toBe(
      pngLike('tile 3/300').length,
    )
  })

  it('keeps no more than it may: what was not asked about the longest goes', async () => {
    const { record } = await pull({ keepBytes: 400 })
    for (let npix = 256; npix < 276; npix++) {
      here.now += 1_000
      expect((await get(`Norder3/Dir0/Npix${npix}.png`)).status).toBe(200)
    }
    const folder = join(here.config.dataFolder, 'hips', record?.folder ?? '', 'Norder3/Dir0')
    const kept = readdirSync(folder)
    expect(kept.length * pngLike('tile 3/300').length).toBeLessThanOrEqual(400)
    expect(kept).toContain('Npix275.png')
    expect(kept).not.toContain('Npix256.png')
  })

  it('becomes another generation where the node has another release, and keeps what did not change', async () => {
    const { record } = await pull()
    await text()
    expect((await pull()).unchanged).toBe(true)
    node.files.set('properties', othersMap({ hips_release_date: '2026-02-02T00:00Z' }).get('properties') as Uint8Array)
    // Within the hour somebody looks at the map.
    here.now += 3_600_001
    await text()
    await expect
      .poll(async () => (await here.catalog.map(map))?.generation, { timeout: 5_000 })
      .not.toBe(record?.generation)
    here.now += 2_000
    expect(await text('properties')).toContain('2026-02-02T00:00Z')
    const before = asked()
    expect(await text()).toBe(bytes('tile 3/300'))
    expect(asked()).toBe(before + 1)
    expect(await text()).toBe(bytes('tile 3/300'))
    expect(asked()).toBe(before + 1)
  })

  it.each(['public master unclonable', 'public mirror clonableOnce'])(
    'is refused where it is "%s"',
    async (hips_status) => {
      node.files.set('properties', othersMap({ hips_status }).get('properties') as Uint8Array)
      await expect(pull()).rejects.toThrow('must not be copied')
      expect(await here.catalog.map(map)).toBeUndefined()
    },
  )

  it('is not reached on a private network without leave', async () => {
    await expect(pull({ allowPrivate: false })).rejects.toThrow('--allow-private')
  })
})
