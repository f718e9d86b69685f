import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parseHipslist } from '#src/hips'
import { cellsOf, containsPosition, parseMocJson, readMocFits } from '#src/moc'
import { folderTree } from '../../../origin/hips/others/folder-tree.ts'
import { type ImportOptions, importMap } from '../../../origin/hips/others/import.ts'
import { zipTree } from '../../../origin/hips/others/zip-tree.ts'
import { packMap } from '../../../origin/hips/pack/pack-map.ts'
import { unpackMap } from '../../../origin/hips/pack/unpack-map.ts'
import { verifyMap } from '../../../origin/hips/pack/verify.ts'
import { shared, skyData } from '../../support/optional.ts'
import { startTestOrigin, type TestOrigin } from '../../support/origin.ts'
import { type Files, MADE_MS, othersMap, pngLike, propertiesText, writeFiles } from '../../support/others-map.ts'
import { type ZipEntry, zipOf } from '../../support/zip.ts'

let origin: TestOrigin
let folder: string
let count = 0

beforeAll(async () => {
  origin = await startTestOrigin()
})
afterAll(() => origin?.end())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skyedge-others-'))
  return () => rmSync(folder, { recursive: true, force: true })
})

const world = () => ({ catalog: origin.catalog, dataFolder: origin.config.dataFolder, nowMs: origin.now })
const get = (path: string, headers: Record<string, string> = {}) => fetch(origin.url + path, { headers })
const body = async (path: string) => new Uint8Array(await (await get(path)).arrayBuffer())
const plain = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('latin1')

async function takeFolder(files: Files, options: Partial<ImportOptions> = {}) {
  writeFiles(folder, files)
  return importMap(await folderTree(folder), { map: `others/m${++count}`, ...options }, world())
}
async function takeZip(entries: readonly ZipEntry[], options: Partial<ImportOptions> = {}) {
  const path = join(folder, 'map.zip')
  writeFileSync(path, zipOf(entries))
  const tree = await zipTree(path)
  try {
    return await importMap(tree, { map: `others/m${++count}`, ...options }, world())
  } finally {
    await tree.close()
  }
}
const entriesOf = (files: Files, below = ''): ZipEntry[] =>
  [...files].map(([name, bytes], i) => ({ name: below + name, bytes, deflate: i % 2 === 0 }))

async function servesAll(map: string, files: Files) {
  for (const [path, bytes] of files) expect(plain(await body(`/hips/public/${map}/${path}`)), path).toBe(plain(bytes))
}

describe('a map that others made', () => {
  it.each([{ link: false }, { link: true }])('is served byte by byte, with its dates: %j', async (how) => {
    const files = othersMap()
    files.set('metadata.xml', Buffer.from('<VOTABLE/>'))
    const { record, tiles, notes } = await takeFolder(files, how)
    await servesAll(record.map, files)
    const tile = await get(`/hips/public/${record.map}/Norder3/Dir0/Npix300.png`)
    expect(tile.headers.get('last-modified')).toBe(new Date(MADE_MS).toUTCString())
    expect(tile.headers.get('content-type')).toBe('image/png')
    const table = await get(`/hips/public/${record.map}/metadata.xml`)
    expect(table.headers.get('content-type')).toBe('application/x-votable+xml')
    // A script in it stays a text.
    expect(table.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect([tiles, notes, record.orderMin, record.order]).toEqual([85, [], 0, 3])
  })

  it('is taken out of a zip, also where it lies in a folder of it', async () => {
    const files = othersMap()
    const { record } = await takeZip(entriesOf(files, 'our/map/'))
    await servesAll(record.map, files)
  })

  it('stands in the list of the node at our address, its other lines as they are', async () => {
    const { record } = await takeFolder(
      othersMap({ hips_service_url: 'http://other.example/sky', obs_ack: 'all of us' }),
    )
    const list = parseHipslist(await (await get('/hipslist')).text())
    const entry = list.find((one) => one.get('hips_service_url')?.endsWith(record.map))
    expect(entry?.get('obs_ack')).toBe('all of us')
    expect(entry?.get('hips_service_url')).toBe(`${origin.url}/hips/public/${record.map}`)
  })

  it('may lack tiles, low orders and Moc.fits: what is not there is 404, and the MOC follows from the tiles', async () => {
    const files = othersMap()
    for (const path of [...files.keys()]) if (/^Norder[01]\//.test(path)) files.delete(path)
    files.delete('Norder3/Dir0/Npix256.png')
    files.set('Norder2/Dir0/Npix7.png', pngLike('alone'))
    const { record } = await takeFolder(files)
    expect(record.orderMin).toBe(2)
    await servesAll(record.map, files)
    for (const absent of ['Norder3/Dir0/Npix256.png', 'Norder1/Dir0/Npix16.png', 'Norder2/Dir0/Npix8.png'])
      expect((await get(`/hips/public/${record.map}/${absent}`)).status).toBe(404)
    const moc = readMocFits(await body(`/hips/public/${record.map}/Moc.fits`))
    expect([...cellsOf(moc)]).toEqual(Array.from({ length: 63 }, (_, i) => 257 + i))
  })

  it('that lacks tiles is packed, verified without fault and unpacked to the same bytes', async () => {
    const files = othersMap()
    for (const path of [...files.keys()]) if (/^Norder[01]\/|Norder3\/Dir0\/Npix2[67]/.test(path)) files.delete(path)
    const { record } = await takeFolder(files)
    const packs = { ...world(), dataFolder: origin.config.dataFolder }
    await packMap({ map: record.map }, packs)
    origin.now += 2_000
    await servesAll(record.map, files)
    // These are no images to one who decodes them; but none is missing, and none too many.
    const { findings } = await verifyMap(record.map, packs)
    expect(findings.filter(({ fault }) => /missing|outside/.test(fault))).toEqual([])
    await unpackMap(record.map, packs)
    origin.now += 2_000
    await servesAll(record.map, files)
  })

  it('in galactic coordinates covers the sky where it is', async () => {
    const { record } = await takeFolder(othersMap({ hips_frame: 'galactic' }))
    // Cell 4 of order 0 is around l = 0, b = 0: the centre of the Galaxy, RA 266.4, Dec -28.9.
    const sky = parseMocJson(JSON.parse(record.moc))
    const rad = Math.PI / 180
    expect(containsPosition(sky, 266.4 * rad, -28.9 * rad)).toBe(true)
    expect(containsPosition(sky, 86.4 * rad, 28.9 * rad)).toBe(false)
    expect(record.skyFraction).toBeGreaterThan(1 / 12)
    expect(record.skyFraction).toBeLessThan(0.2)
    await servesAll(record.map, othersMap({ hips_frame: 'galactic' }))
  })

  it('shows no page of theirs: its index.html would run as ours', async () => {
    const files = othersMap()
    files.set('index.html', Buffer.from('<script>alert(1)</script>'))
    const { record } = await takeFolder(files)
    const page = await (await get(`/hips/public/${record.map}/`)).text()
    expect(page).toContain('The sky of others')
    expect(page).not.toContain('alert')
  })

  it('is open to holders of data rights alone where it says private, also what describes it', async () => {
    const private_ = { hips_status: 'private master unclonable' }
    const files = othersMap(private_)
    files.set('preview.jpg', Buffer.from('\xff\xd8\xff preview', 'latin1'))
    await expect(takeFolder(files)).rejects.toThrow('name it (--release)')
    await expect(takeFolder(files, { access: 'public' })).rejects.toThrow('cannot be made public')
    const { record } = await takeFolder(files, { release: 'dr9' })
    for (const name of ['properties', 'preview.jpg', 'Moc.fits', '', 'Norder3/Dir0/Npix300.png']) {
      expect((await get(`/hips/public/${record.map}/${name}`)).status, name).toBe(404)
      expect((await get(`/hips/full/${record.map}/${name}`)).status, name).toBe(401)
    }
    const token = await origin.token({ user: 'ann', dataRights: ['dr9'] })
    const answer = await get(`/hips/full/${record.map}/properties`, { authorization: `Bearer ${token}` })
    expect(await answer.text()).toBe(propertiesText({ hips_order: '3', ...private_ }))
    expect(await (await get('/hipslist')).text()).not.toContain(record.map)
  })

  it('takes the place of an older one whole; one that is refused changes nothing', async () => {
    const { record } = await takeFolder(othersMap(), { map: 'others/again' })
    writeFiles(folder, new Map([['Norder3/Dir0/Npix300.png', Buffer.from('<html>not found</html>')]]))
    await expect(importMap(await folderTree(folder), { map: 'others/again' }, world())).rejects.toThrow(
      '"Norder3/Dir0/Npix300.png" is no png image',
    )
    await servesAll('others/again', othersMap())
    const newer = othersMap({ hips_release_date: '2026-01-01T00:00Z' })
    const second = await takeFolder(newer, { map: 'others/again' })
    expect(second.record.generation).not.toBe(record.generation)
    origin.now += 2_000
    await servesAll('others/again', newer)
    const places = readdirSync(join(origin.config.dataFolder, 'hips/others')).filter((name) => name.startsWith('again'))
    expect(places.length).toBe(2)
  })
})

describe('a folder is refused', () => {
  const without = (files: Files, path: string) => new Map([...files].filter(([name]) => name !== path))
  const plus = (path: string, bytes: Uint8Array = pngLike('x')) => othersMap().set(path, bytes)
  it.each<[string, () => Files, string]>([
    ['without properties', () => without(othersMap(), 'properties'), 'no properties file'],
    ['without a tile', () => new Map([['properties', Buffer.from(propertiesText())]]), 'there is no png tile'],
    [
      'whose tile lies in a wrong Dir',
      () => plus('Norder8/Dir0/Npix10000.png'),
      '"Norder8/Dir0/Npix10000.png": a tile is named',
    ],
    ['whose tile has no such number', () => plus('Norder1/Dir0/Npix48.png'), 'a tile is named like'],
    ['whose tile has a name of a cube', () => plus('Norder1/Dir0/Npix4_1.png'), 'a tile is named like'],
    [
      'whose tile is empty',
      () => plus('Norder1/Dir0/Npix4.png', new Uint8Array(0)),
      'is no png image by its first bytes',
    ],
    ['whose tiles have another width', () => plus('Norder0/Dir0/Npix4.png', pngLike('x', 256)), '256 pixels wide'],
    ['of too many bytes', () => plus('Norder0/Dir0/Npix4.png', pngLike('x'.repeat(60_000))), 'more than 50000 bytes'],
    ['with properties without end', () => plus('properties', new Uint8Array(1_000_001)), 'at most 1000000 are read'],
    ['of a cube', () => othersMap({ hips_cube_depth: '6' }), 'is a cube'],
  ])('%s', async (_, files, message) => {
    const before = readdirSync(join(origin.config.dataFolder, 'hips'))
    await expect(takeFolder(files(), { maxBytes: 50_000 })).rejects.toThrow(message)
    expect(readdirSync(join(origin.config.dataFolder, 'hips'))).toEqual(before)
  })

  it('whose symbolic link leads out of it, and taken where it stays inside', async () => {
    const files = othersMap()
    writeFiles(folder, files)
    mkdirSync(join(folder, 'Norder9/Dir0'), { recursive: true })
    symlinkSync('../../Norder3/Dir0/Npix300.png', join(folder, 'Norder9/Dir0/Npix5.png'))
    expect((await importMap(await folderTree(folder), { map: 'others/inside' }, world())).leftOut).toBe(1)
    symlinkSync('/etc/passwd', join(folder, 'Norder9/Dir0/Npix6.png'))
    await expect(importMap(await folderTree(folder), { map: 'others/out' }, world())).rejects.toThrow(
      '"Norder9/Dir0/Npix6.png" leads out of the map',
    )
  })
})

it('an import that fills the disk says so, and changes nothing', async () => {
  writeFiles(folder, othersMap())
  const tree = await folderTree(folder)
  const full = {
    ...tree,
    async *files() {
      for await (const file of tree.files()) {
        const read = async () => {
          throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
        }
        yield file.path.startsWith('Norder3') ? { ...file, read } : file
      }
    },
  }
  const before = readdirSync(join(origin.config.dataFolder, 'hips')).sort()
  await expect(importMap(full, { map: 'others/full' }, world())).rejects.toThrow(
    'the disk is full: nothing was changed',
  )
  expect(readdirSync(join(origin.config.dataFolder, 'hips')).sort()).toEqual(before)
})

describe('a zip is refused', () => {
  const some = () => entriesOf(othersMap())
  const tile = 'Norder1/Dir0/Npix16.png'
  it.each<[string, () => ZipEntry[], string]>([
    ['that climbs out by its names', () => [...some(), { name: '../evil.png', bytes: pngLike('x') }], 'damaged'],
    ['with a name from the root', () => [...some(), { name: '/etc/evil', bytes: pngLike('x') }], 'damaged'],
    [
      'with a symbolic link',
      () => [...some(), { name: 'a', bytes: Buffer.from('/etc'), mode: 0o120777 }],
      'symbolic link',
    ],
    ['that is encrypted', () => [...some(), { name: 'a', bytes: pngLike('x'), deflate: true, flags: 1 }], 'encrypted'],
    ['with a name twice', () => [...some(), { name: tile, bytes: pngLike('x') }], 'twice'],
    [
      'whose entries lie over one another',
      () => [
        { name: 'big', bytes: new Uint8Array(50_000) },
        ...Array.from({ length: 50 }, (_, i) => ({ name: `b${i}`, bytes: new Uint8Array(50_000), overFirst: true })),
      ],
      'bomb',
    ],
    [
      'that unpacks to more than it says',
      () => [
        ...some().filter(({ name }) => name !== tile),
        { name: tile, bytes: new Uint8Array(9_000_000), deflate: true, size: 100 },
      ],
      'damaged',
    ],
    [
      'that unpacks to more than may be',
      () => [
        ...some().filter(({ name }) => name !== tile),
        { name: tile, bytes: new Uint8Array(9_000_000), deflate: true },
      ],
      'more than 5000000 bytes',
    ],
    [
      'with a tile that is longer than its pixels can be',
      () => [
        ...some().filter(({ name }) => name !== tile),
        { name: tile, bytes: Buffer.concat([pngLike('x'), new Uint8Array(4_000_000)]), deflate: true },
      ],
      'more than a tile 512 pixels wide can have',
    ],
    [
      'whose bytes have changed',
      () => [...some().filter(({ name }) => name !== tile), { name: tile, bytes: pngLike('x'), crc: 1 }],
      'checksum',
    ],
    ['of two maps', () => [...entriesOf(othersMap(), 'a/'), ...entriesOf(othersMap(), 'b/')], 'more than one HiPS'],
    ['of none', () => [{ name: 'readme.txt', bytes: Buffer.from('x') }], 'no properties'],
  ])('%s', async (_, entries, message) => {
    await expect(takeZip(entries(), { maxBytes: 5_000_000 })).rejects.toThrow(message)
  })

  it('that is none, or torn', async () => {
    const path = join(folder, 'map.zip')
    for (const bytes of [Buffer.from('not a zip'), zipOf(some()).subarray(0, 4000), new Uint8Array(0)]) {
      writeFileSync(path, bytes)
      await expect(zipTree(path)).rejects.toThrow('damaged or none at all')
    }
  })
})

const dss = skyData('hips')
describe.skipIf(!dss.found)(dss.says("CDS's own DSS tiles"), () => {
  it.each(['DSS2_color', 'DSS2_red'])('of %s leave the origin as they came, properties too', async (name) => {
    const source = shared(`data/sky/hips/${name}`)
    const { record } = await importMap(await folderTree(source), { map: `cds/${name}` }, world())
    expect(record.formats).toEqual(name === 'DSS2_red' ? ['jpg', 'fits'] : ['jpg'])
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /\.|properties/.test(path),
    )
    expect(files.length).toBeGreaterThan(10)
    for (const path of files) {
      const answer = await get(`/hips/public/${record.map}/${path}`)
      expect(answer.status, path).toBe(200)
      expect(Buffer.compare(Buffer.from(await answer.arrayBuffer()), readFileSync(join(source, path))), path).toBe(0)
    }
  })
})
