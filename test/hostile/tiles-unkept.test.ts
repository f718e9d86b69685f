// Tiles that came or were made, and cannot be kept or confirmed: a disk that takes nothing, a node that stalls, that asks for
// a minute's pause, or that gives what is no tile. Who asks gets what there is, soon, and the node is left in peace.

import { mkdtempSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { tilePath } from '#src/hips'
import { cellsOf, parseMocJson } from '#src/moc'
import { buildMap } from '../../origin/hips/build.ts'
import { pullMap } from '../../origin/hips/others/pull.ts'
import { TileStore } from '../../origin/hips/tile-store.ts'
import { TreeFiles } from '../../origin/hips/tree-files.ts'
import { mapWorld } from '../support/map-world.ts'
import { startTestOrigin, type TestOrigin } from '../support/origin.ts'
import { type OtherNode, startOtherNode } from '../support/other-node.ts'
import { othersMap, pngLike } from '../support/others-map.ts'
import { CENTRE, slope, writeSkyImage } from '../support/sky-image.ts'

const TILE = 'Norder3/Dir0/Npix300.png'
const DAY_MS = 86_400_000
const plain = (bytes: Uint8Array | ArrayBuffer) => Buffer.from(bytes as Uint8Array).toString('latin1')

describe('a tile of another node', () => {
  let here: TestOrigin
  let node: OtherNode
  let map: string
  let folder: string
  let count = 0

  beforeAll(async () => {
    here = await startTestOrigin()
  })
  afterAll(() => here?.end())
  beforeEach(async () => {
    node = await startOtherNode(othersMap())
    map = `unkept/m${++count}`
    const { dataFolder } = here.config
    const { record } = await pullMap(
      { url: node.url, map, allowPrivate: true },
      { catalog: here.catalog, dataFolder, nowMs: here.now },
    )
    folder = join(dataFolder, 'hips', record?.folder ?? '')
  })
  afterEach(() => node.stop())

  const get = async (path = TILE) => {
    const start = performance.now()
    const answer = await fetch(`${here.url}/hips/public/${map}/${path}`)
    const text = plain(await answer.arrayBuffer())
    return { status: answer.status, text, ms: performance.now() - start }
  }
  const asked = () => node.asked.filter((line) => line === `GET /${TILE}`).length

  it.each(['Norder3', '.kept'])('is given although the disk takes nothing (%s)', async (where) => {
    writeFileSync(join(folder, where), 'in the way of what would be kept')
    for (let i = 0; i < 2; i++) expect(await get()).toMatchObject({ status: 200, text: plain(pngLike('tile 3/300')) })
    expect(readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /Npix/.test(name))).toEqual([])
  })

  it('that is kept is not held back by a node that asks for a minute', async () => {
    await get()
    here.now += DAY_MS + 1
    node.misbehave = (_, __, response) => {
      response.writeHead(503, { 'retry-after': '60' }).end()
      return true
    }
    const kept = await get()
    expect(kept).toMatchObject({ status: 200, text: plain(pngLike('tile 3/300')) })
    expect(kept.ms).toBeLessThan(3_000)
    here.now += 6_000
    const other = await get('Norder3/Dir0/Npix301.png')
    expect(other.status).toBe(503)
    expect(other.ms).toBeLessThan(3_000)
  })

  it('that is kept is not held back by a node that hangs, which is then left alone for a while', async () => {
    await get()
    here.now += DAY_MS + 1
    node.misbehave = () => true
    const kept = await get()
    expect(kept).toMatchObject({ status: 200, text: plain(pngLike('tile 3/300')) })
    expect(kept.ms).toBeLessThan(4_000)
    expect((await get()).ms).toBeLessThan(500)
    expect(asked()).toBe(2)
  })

  it('that is none is not asked for again by each who wants it', async () => {
    node.misbehave = (path, _, response) => {
      if (path === TILE) response.end('<html>a page</html>')
      return path === TILE
    }
    for (let i = 0; i < 5; i++) expect((await get()).status).toBe(503)
    expect(asked()).toBe(1)
    node.misbehave = undefined
    here.now += 6_000
    expect((await get()).status).toBe(200)
  })
})

it('a tile made on demand is given although the disk takes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-unkept-'))
  const image = { ...CENTRE, width: 200, height: 200, scaleArcsec: 3, value: slope }
  const world = await mapWorld([{ path: writeSkyImage(join(folder, 'a.fits'), image), collection: 'sky', band: 'r' }])
  try {
    const { record } = await buildMap({ map: 'a/r', from: ['sky'], threads: 1, order: 7, skipDeepest: true }, world)
    const [npix] = cellsOf(parseMocJson(JSON.parse(record.moc)))
    const tile = { order: 7, npix, format: 'png' as const }
    const store = new TileStore({ catalog: world.catalog, dataFolder: world.dataFolder, aws: {} as never })
    const deepest = join(world.dataFolder, 'hips', record.folder, 'Norder7')
    writeFileSync(deepest, 'in the way of what would be kept')
    const given = await store.tile(record, tile)
    rmSync(deepest)
    const kept = await store.tile(record, tile)
    expect(kept?.bytes.length).toBeGreaterThan(100)
    expect([given?.etag, given?.modifiedMs]).toEqual([kept?.etag, kept?.modifiedMs])
    expect(plain(given?.bytes ?? new Uint8Array())).toBe(plain(kept?.bytes ?? new Uint8Array()))
    expect(statSync(join(world.dataFolder, 'hips', record.folder, tilePath(tile))).isFile()).toBe(true)
  } finally {
    await world.close()
    rmSync(folder, { recursive: true, force: true })
  }
}, 120_000)

it('a file that took the place of another of its length and date has a tag of its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-tag-'))
  const put = (text: string, at = 1_700_000_000) => {
    const path = join(folder, 'properties')
    writeFileSync(`${path}.part`, text)
    utimesSync(`${path}.part`, at, at)
    renameSync(`${path}.part`, path)
  }
  const files = new TreeFiles(folder)
  put('one')
  const first = await files.read('properties')
  put('two')
  const second = await files.read('properties')
  expect([plain(second?.bytes ?? new Uint8Array()), second?.modifiedMs]).toEqual(['two', first?.modifiedMs])
  expect(second?.etag).not.toBe(first?.etag)
  rmSync(folder, { recursive: true })
})

it('an origin whose clock was set back sees the rights of a map as soon as ever', async () => {
  let record = { map: 'a/r', rights: { access: 'public' } }
  const store = new TileStore({
    catalog: { map: async () => record } as never,
    dataFolder: '/nowhere',
    aws: {} as never,
  })
  const now = Date.UTC(2026, 10, 22)
  await store.map('a/r', now)
  record = { map: 'a/r', rights: { access: 'proprietary' } }
  expect((await store.map('a/r', now - 600_000))?.rights.access).toBe('proprietary')
})
