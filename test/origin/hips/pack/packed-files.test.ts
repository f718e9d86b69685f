import { readFileSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PackCache } from '#src/hips'
import type { RangeSource } from '#src/storage'
import type { MapRecord } from '../../../../origin/catalog/store.ts'
import { packMap } from '../../../../origin/hips/pack/pack-map.ts'
import { unpackMap } from '../../../../origin/hips/pack/unpack-map.ts'
import { PackedFiles } from '../../../../origin/hips/packed-files.ts'
import { fileRange } from '../../../../origin/storage/file-range.ts'
import { startTestOrigin, type TestOrigin } from '../../../support/origin.ts'
import { pngBytes, tileMap } from '../../../support/tile-map.ts'

const DEEP = 'Norder5/Dir0/Npix5000.png'
let origin: TestOrigin
let packed: MapRecord
let folder: string
const pack = (name: string) => join(folder, 'packs', name)

beforeAll(async () => {
  origin = await startTestOrigin()
  const world = { catalog: origin.catalog, dataFolder: origin.config.dataFolder, graceMs: 0 }
  await tileMap(world)
  packed = (await packMap({ map: 'test/r', shardOrder: 2 }, world)).record
  folder = join(world.dataFolder, 'hips', packed.folder)
})
afterAll(() => origin?.end())

const get = (name: string, init?: RequestInit) => fetch(`${origin.url}/hips/public/test/r/${name}`, init)

describe('tiles of a packed map on disk', () => {
  it('cost two reads when cold, one when the directory is known', async () => {
    let reads = 0
    const counted = (source: RangeSource): RangeSource => ({
      key: source.key,
      get etag() {
        return source.etag
      },
      read: (...range) => {
        reads++
        return source.read(...range)
      },
    })
    const files = new PackedFiles(folder, {
      shardOrder: 2,
      cache: new PackCache({ maxBytes: 1e6 }),
      open: (path, name) => counted(fileRange(path, name)),
    })
    await files.read(DEEP)
    expect(reads).toBe(2)
    await files.read('Norder5/Dir0/Npix5003.png')
    expect(reads).toBe(3)
    expect(await files.read('Norder5/Dir0/Npix5001.png')).toBeUndefined()
    expect(reads).toBe(3)
  })

  it('are answered over HTTP as those of a tree: tag, date, 304, HEAD, ranges', async () => {
    const answer = await get(DEEP)
    expect(answer.status).toBe(200)
    const bytes = new Uint8Array(await answer.arrayBuffer())
    expect(bytes.subarray(0, 8)).toEqual(pngBytes('', 0).subarray(0, 8))
    const etag = answer.headers.get('etag') as string
    expect((await get(DEEP, { headers: { 'If-None-Match': etag } })).status).toBe(304)
    const head = await get(DEEP, { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe(String(bytes.length))
    expect(head.headers.get('last-modified')).toBe(answer.headers.get('last-modified'))
    const part = await get(DEEP, { headers: { Range: 'bytes=4-9' } })
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.subarray(4, 10))
    for (const name of ['properties', 'Moc.fits', 'Norder3/Allsky.png', 'Norder0/Dir0/Npix0.fits'])
      expect((await get(name)).status).toBe(200)
    expect((await get('Norder5/Dir0/Npix4.png')).status).toBe(404)
  })
})

describe('a map that is packed and unpacked while it is served', () => {
  it('answers as before, although the origin has not heard of it', async () => {
    const world = { catalog: origin.catalog, dataFolder: origin.config.dataFolder, graceMs: 0 }
    await tileMap(world, { map: 'test/live' })
    const seen = async () => {
      const answers = await Promise.all([DEEP, 'properties'].map((name) => get(`../live/${name}`)))
      return answers.map(({ status, headers }) => [status, headers.get('etag')])
    }
    const before = await seen()
    expect(before.map(([status]) => status)).toEqual([200, 200])
    // The origin's clock stands still, so it holds the record that it has.
    await packMap({ map: 'test/live' }, world)
    expect(await seen()).toEqual(before)
    await unpackMap('test/live', world)
    expect(await seen()).toEqual(before)
  })
})

describe('a damaged archive', () => {
  it('is answered by 503 for what it damages, and told to the log, never served', async () => {
    const path = pack('png-o2-78.pack')
    const sound = readFileSync(path)
    const damaged = Uint8Array.from(sound)
    damaged[damaged.length - 30] ^= 4
    writeFileSync(path, damaged)
    const answers = await Promise.all(['Npix5000', 'Npix5003'].map((name) => get(`Norder5/Dir0/${name}.png`)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 503])
    const broken = answers.find(({ status }) => status === 503) as Response
    expect(broken.headers.get('retry-after')).toBe('300')
    expect(broken.headers.get('cache-control')).toContain('no-store')
    const text = await broken.text()
    expect(text).toContain('damaged where it is stored')
    expect(text).not.toContain(folder)
    expect(origin.logged.join('')).toMatch(/png-o2-78\.pack is damaged: the tile 5\/500\d does not agree/)
    truncateSync(path, sound.length - 100)
    expect((await get('Norder5/Dir0/Npix5003.png')).status).toBe(503)
    truncateSync(path, 100)
    expect((await get(DEEP)).status).toBe(503)
    writeFileSync(path, sound)
    expect((await get(DEEP)).status).toBe(200)
  })

  it('that is another one than its name says is never served', async () => {
    const path = pack('png-o2-78.pack')
    const sound = readFileSync(path)
    writeFileSync(path, readFileSync(pack('png-o2-4.pack')))
    expect((await get(DEEP)).status).toBe(503)
    writeFileSync(path, sound)
    expect((await get(DEEP)).status).toBe(200)
  })

  it('that is gone has no tiles', async () => {
    const path = pack('fits-o2-78.pack')
    unlinkSync(path)
    expect((await get('Norder5/Dir0/Npix5000.fits')).status).toBe(404)
  })
})
