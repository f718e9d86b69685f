import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hipsMetrics, parseProperties } from '#src/hips'
import { folderTree } from '../../../origin/hips/others/folder-tree.ts'
import { importMap } from '../../../origin/hips/others/import.ts'
import { type MirrorOptions, mirrorMap } from '../../../origin/hips/others/mirror.ts'
import { mapNameOf } from '../../../origin/hips/others/remote-map.ts'
import { startTestOrigin } from '../../support/origin.ts'
import { besideAnotherNode } from '../../support/other-node.ts'
import { MADE_MS, othersMap, othersMapWithMoc, pngLike, writeFiles } from '../../support/others-map.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const beside = besideAnotherNode()
let count = 0

const world = () => ({
  catalog: beside.here.catalog,
  dataFolder: beside.here.config.dataFolder,
  nowMs: beside.here.now,
})
const mirror = (options: Partial<MirrorOptions> = {}) =>
  mirrorMap({ url: beside.node.url, map: `mirror/m${++count}`, allowPrivate: true, pauseMs: 1, ...options }, world())
const get = (path: string) => fetch(`${beside.here.url}${path}`)
const plain = async (path: string) => Buffer.from(await (await get(path)).arrayBuffer()).toString('latin1')
const asText = (bytes?: Uint8Array) => Buffer.from(bytes ?? []).toString('latin1')
const tilesAsked = (method = 'GET') =>
  beside.node.asked.filter((line) => line.startsWith(`${method} /Norder`) && /Npix/.test(line))

describe('a map of another node', () => {
  it('is copied whole and served as a mirror', async () => {
    const { map, record, requests, fetched, absent, notes } = await mirror()
    expect([fetched, absent, notes]).toEqual([87, 4, []])
    expect(requests).toBe(beside.node.asked.length)
    for (const [path, bytes] of beside.node.files)
      if (path !== 'properties') expect(await plain(`/hips/public/${map}/${path}`), path).toBe(asText(bytes))
    const tile = await get(`/hips/public/${map}/Norder3/Dir0/Npix300.png`)
    expect(tile.headers.get('last-modified')).toBe(new Date(MADE_MS).toUTCString())
    const source = asText(beside.node.files.get('properties'))
    expect(await plain(`/hips/public/${map}/properties`)).toBe(
      source.replace(/hips_status *=.*/, 'hips_status          = public mirror unclonable'),
    )
    expect(record?.made).toBe('mirrored')
    expect(await (await get('/hipslist')).text()).toMatch(new RegExp(`${map}\nhips_status *= public mirror unclonable`))
  })

  it('comes over from another node of ours, and is not given on where it may be copied once', async () => {
    const there = await startTestOrigin()
    const folder = mkdtempSync(join(tmpdir(), 'skyedge-others-'))
    try {
      writeFiles(folder, othersMapWithMoc())
      await importMap(
        await folderTree(folder),
        { map: 'a/b' },
        { ...world(), catalog: there.catalog, dataFolder: there.config.dataFolder },
      )
      const first = await mirror({ url: `${there.url}/hips/public/a/b` })
      expect(first.fetched).toBe(87)
      for (const [path, bytes] of othersMapWithMoc())
        if (path !== 'properties') expect(await plain(`/hips/public/${first.map}/${path}`), path).toBe(asText(bytes))
      await expect(mirror({ url: `${beside.here.url}/hips/public/${first.map}` })).rejects.toThrow('must not be copied')
    } finally {
      await there.end()
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('without a MOC is found by walking down, and its holes stay holes', async () => {
    beside.node.files = othersMap()
    beside.node.files.delete('Norder2/Dir0/Npix64.png')
    const { fetched, record } = await mirror()
    // One of order 2 and the four below it.
    expect(fetched).toBe(81)
    expect((await get(`/hips/public/${record?.map}/Norder2/Dir0/Npix64.png`)).status).toBe(404)
    expect(readdirSync(join(beside.here.config.dataFolder, 'hips', record?.folder ?? '')).includes('Moc.fits')).toBe(
      true,
    )
  })

  it.each([
    ['some orders', { orders: [1, 2] as const }, 20],
    ['a region', { region: 'cone 0 0 2' }, 13],
    ['a region as a MOC', { region: '3/256' }, 4],
  ])('in part (%s) says so, with numbers of its own', async (_, part, tiles) => {
    const { map, record, fetched } = await mirror(part)
    expect(tilesAsked().length).toBe(tiles + 1)
    expect(fetched).toBeGreaterThanOrEqual(tiles)
    const properties = parseProperties(await (await get(`/hips/public/${map}/properties`)).text())
    expect(properties.get('hips_status')).toBe('public partial unclonable')
    expect(properties.get('hips_order')).toBe(String(record?.order))
    expect(properties.get('hips_release_date')).toBe('2019-05-07T10:55Z')
    const { files } = await folderTree(join(beside.here.config.dataFolder, 'hips', record?.folder ?? ''))
    const sizes: { path: string; sizeBytes: number }[] = []
    for await (const file of files()) sizes.push(file)
    expect(properties.get('hips_check_code')).toBe(hipsMetrics(['png'], sizes).checkCode)
    expect(Number(properties.get('hips_nb_tiles'))).toBe(tiles)
  })

  it('in a part where it has nothing says so, and blames nobody', async () => {
    await expect(mirror({ region: 'cone 200 0 1' })).rejects.toMatchObject({
      code: 'bad-option',
      message: 'the map has no tile of the orders, formats and region that were asked for',
    })
  })

  it.each([
    ['public master unclonable', 'says unclonable'],
    ['public mirror clonableOnce', 'only the master may be copied'],
    ['private master clonable', 'name it (--release)'],
  ])('that says "%s" is refused before a tile is asked for', async (hips_status, message) => {
    beside.node.files = othersMapWithMoc({ hips_status })
    await expect(mirror()).rejects.toThrow(message)
    expect(beside.node.asked).toEqual(['GET /properties'])
  })

  it('is told by its identifier where no name is given', async () => {
    expect(mapNameOf('ivo://CDS/P/DSS2/color')).toBe('cds/p/dss2/color')
    expect(mapNameOf('ivo://org.rubinobs/lsst-dp1?path=deep_coadd/color_ugri')).toBe(
      'org.rubinobs/lsst-dp1/path/deep_coadd/color_ugri',
    )
    expect((await mirror({ map: undefined })).map).toBe('other.example/p/sky')
  })
})

describe('a copy that is there already', () => {
  it('asks for properties alone where the release date is the same', async () => {
    const map = 'mirror/again'
    await mirror({ map })
    beside.node.forget()
    const again = await mirror({ map })
    expect([again.unchanged, again.requests]).toEqual([true, 1])
    expect(beside.node.asked).toEqual(['GET /properties'])
  })

  it('asks by HEAD where it is another, and fetches only what changed', async () => {
    const map = 'mirror/update'
    const first = await mirror({ map })
    const changed = 'Norder3/Dir0/Npix300.png'
    const gone = 'Norder3/Dir0/Npix301.png'
    beside.node.files = othersMapWithMoc({ hips_release_date: '2026-02-02T00:00Z' })
    beside.node.files.set(changed, pngLike('newer'))
    beside.node.files.delete(gone)
    beside.node.dates.set(changed, MADE_MS + 5_000)
    beside.node.forget()
    const second = await mirror({ map })
    expect([second.unchanged, second.fetched, second.kept, second.absent]).toEqual([false, 1, 85, 5])
    expect(tilesAsked('HEAD').length).toBe(85)
    // The one that changed, and one that cannot be.
    expect(tilesAsked('GET')).toEqual(['GET /Norder3/Dir0/Npix768.png', `GET /${changed}`])
    beside.here.now += 2_000
    expect(await plain(`/hips/public/${map}/${changed}`)).toBe(asText(pngLike('newer')))
    expect((await get(`/hips/public/${map}/${gone}`)).status).toBe(404)
    expect(await (await get(`/hips/public/${map}/properties`)).text()).toContain('2026-02-02T00:00Z')
    expect(existsSync(join(beside.here.config.dataFolder, 'hips', first.record?.folder ?? ''))).toBe(false)
  })

  it('is served on while a newer one fails', async () => {
    const map = 'mirror/fails'
    await mirror({ map })
    beside.node.files = othersMapWithMoc({ hips_release_date: '2026-02-02T00:00Z' })
    beside.node.misbehave = (path, _, response) => {
      if (path !== 'Norder3/Dir0/Npix300.png') return false
      response.writeHead(503).end()
      return true
    }
    await expect(mirror({ map, tries: 2 })).rejects.toThrow('answers 503 for Norder3/Dir0/Npix300.png, 2 times')
    expect(await plain(`/hips/public/${map}/Norder3/Dir0/Npix300.png`)).toBe(asText(pngLike('tile 3/300')))
  })
})

describe('a run that is killed', () => {
  it('leaves nothing torn, and the next one goes on where it was', async () => {
    const map = 'mirror/killed'
    beside.node.delayMs = 40
    const script = join(ROOT, 'scripts/skyedge.ts')
    const args = [script, 'mirror', beside.node.url, '--map', map, '--parallel', '2', '--allow-private']
    const child = spawn(process.execPath, args, {
      env: { ...process.env, SKYEDGE_DATA: beside.here.config.dataFolder },
      stdio: 'ignore',
    })
    const ended = once(child, 'exit')
    await expect.poll(() => tilesAsked().length, { timeout: 20_000 }).toBeGreaterThan(20)
    child.kill('SIGKILL')
    await ended
    expect((await get(`/hips/public/${map}/properties`)).status).toBe(404)
    beside.node.delayMs = 0
    const first = tilesAsked().length
    beside.node.forget()
    const { fetched, kept, record } = await mirror({ map })
    expect(fetched + kept).toBe(87)
    // What was on its way when it was killed is asked for once more.
    expect(tilesAsked().length).toBeLessThanOrEqual(87 - first + 3)
    expect(kept).toBeGreaterThanOrEqual(first - 3)
    for (const [path, bytes] of beside.node.files)
      if (path !== 'properties') expect(await plain(`/hips/public/${map}/${path}`), path).toBe(asText(bytes))
    const folder = join(beside.here.config.dataFolder, 'hips', record?.folder ?? '')
    expect(readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.part'))).toEqual(
      [],
    )
    expect(Math.round(statSync(join(folder, 'Norder3/Dir0/Npix300.png')).mtimeMs)).toBe(MADE_MS)
    expect(JSON.parse(readFileSync(join(folder, 'mirror.json'), 'utf8')).url).toBe(beside.node.url)
  })

  it('between the last rename and the catalogue leaves all that it fetched to the next one', async () => {
    const map = 'mirror/between'
    const first = await mirror({ map })
    await beside.here.catalog.removeMap(map)
    beside.node.forget()
    const { fetched, kept } = await mirror({ map })
    expect([fetched, kept]).toEqual([0, first.fetched])
    expect(tilesAsked().length).toBe(1)
    expect(existsSync(join(beside.here.config.dataFolder, 'hips', first.record?.folder ?? ''))).toBe(false)
  })

  it('is not joined by a second one', async () => {
    beside.node.delayMs = 20
    const map = 'mirror/twice'
    const [one, two] = await Promise.allSettled([mirror({ map, parallel: 4 }), mirror({ map })])
    const failed = [one, two].filter((end) => end.status === 'rejected')
    expect(failed.map(({ reason }) => reason.message)).toEqual([
      expect.stringContaining('is being mirrored by another process'),
    ])
  })
})
