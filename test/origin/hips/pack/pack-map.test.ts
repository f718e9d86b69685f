import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MapRecord } from '../../../../origin/catalog/store.ts'
import { contentEtag } from '../../../../origin/digest.ts'
import { packMap } from '../../../../origin/hips/pack/pack-map.ts'
import { packShard } from '../../../../origin/hips/pack/pack-shard.ts'
import type { PackWorld } from '../../../../origin/hips/pack/place.ts'
import { exportMap, unpackMap } from '../../../../origin/hips/pack/unpack-map.ts'
import { PackedFiles } from '../../../../origin/hips/packed-files.ts'
import { TreeFiles } from '../../../../origin/hips/tree-files.ts'
import { treeOf } from '../../../support/map-tree.ts'
import { type MapWorld, mapWorld } from '../../../support/map-world.ts'
import { filesOf, pngBytes, tileMap } from '../../../support/tile-map.ts'

const CHILD = join(import.meta.dirname, '../../../support/pack-child.ts')
let maps: MapWorld
let world: PackWorld
const hips = (name = '') => join(maps.dataFolder, 'hips', name)

beforeEach(async () => {
  maps = await mapWorld([])
  world = { ...maps, graceMs: 0 }
})
afterEach(() => maps.close())

/** Microseconds: what Node can set. */
const timesOf = (folder: string) =>
  filesOf(folder).map((name) => [name, statSync(join(folder, name), { bigint: true }).mtimeNs / 1000n])

describe('a map that is packed', () => {
  it('answers every name as its tree did, and keeps its generation', async () => {
    const record = await tileMap(maps)
    const tree = new TreeFiles(hips(record.folder))
    const names = filesOf(hips(record.folder))
    const before = await Promise.all(names.map((name) => tree.read(name)))
    const { record: packed, tiles } = await packMap({ map: record.map, shardOrder: 2 }, world)
    expect(packed.layout).toMatchObject({ kind: 'packed', shardOrder: 2 })
    expect(packed.generation).toBe(record.generation)
    expect(await maps.catalog.map(record.map)).toEqual(packed)
    expect(tiles).toBe(names.filter((name) => name.startsWith('Norder')).length)
    expect(existsSync(hips(record.folder))).toBe(false)
    const files = new PackedFiles(hips(packed.folder), { shardOrder: 2 })
    const after = await Promise.all(names.map((name) => files.read(name)))
    // Sooner or later each pair of buffers is compared: plain arrays make it quick.
    expect(after.map((one) => one && [one.etag, one.modifiedMs, one.bytes.length])).toEqual(
      before.map((one) => one && [one.etag, one.modifiedMs, one.bytes.length]),
    )
    expect(after.every((one) => one && contentEtag(one.bytes) === one.etag)).toBe(true)
    expect(await files.read('Norder5/Dir0/Npix4.png')).toBeUndefined()
    expect(await files.read('Norder5/Dir0/Npix700.png')).toBeUndefined()
    expect(await files.read('Norder2/Allsky.png')).toBeUndefined()
  })

  it('is one archive for each part of the sky and format', async () => {
    const record = await tileMap(maps, { formats: ['png'] })
    const { record: packed } = await packMap({ map: record.map, shardOrder: 2 }, world)
    expect(readdirSync(hips(join(packed.folder, 'packs'))).sort()).toEqual(
      ['png-o2-0.pack', 'png-o2-191.pack', 'png-o2-4.pack', 'png-o2-78.pack', 'png-top.pack'].sort(),
    )
  })

  it('becomes the same tree again, times too', async () => {
    const record = await tileMap(maps)
    const [bytes, times] = [treeOf(hips(record.folder)), timesOf(hips(record.folder))]
    for (const shardOrder of [0, 3, 5]) {
      await packMap({ map: record.map, shardOrder }, world)
      const { record: tree } = await unpackMap(record.map, world)
      expect(tree).toEqual({ ...record, layout: { kind: 'tree' } })
      expect(treeOf(hips(tree.folder))).toEqual(bytes)
      expect(timesOf(hips(tree.folder))).toEqual(times)
      expect(readdirSync(hips('test')).sort()).toEqual(['r', 'r@made'])
    }
  })

  it('is copied out as a tree that shares no file with it', async () => {
    const record = await tileMap(maps)
    const bytes = treeOf(hips(record.folder))
    await packMap({ map: record.map }, world)
    const target = join(maps.dataFolder, 'copy')
    await exportMap(record.map, target, world)
    expect(treeOf(target)).toEqual(bytes)
    writeFileSync(join(target, 'properties'), 'changed')
    const packed = (await maps.catalog.map(record.map)) as MapRecord
    expect(readFileSync(hips(join(packed.folder, 'properties')), 'utf8')).toContain('creator_did')
  })

  it('is left alone when it is packed again, and its tree stays where that was asked for', async () => {
    const record = await tileMap(maps)
    const { record: packed } = await packMap({ map: record.map, keepTree: true }, world)
    expect(existsSync(hips(record.folder))).toBe(true)
    const again = await packMap({ map: record.map, keepTree: true }, world)
    expect(again.isOld).toBe(true)
    expect(existsSync(hips(record.folder))).toBe(true)
    await packMap({ map: record.map }, world)
    expect(existsSync(hips(record.folder))).toBe(false)
    expect(await maps.catalog.map(record.map)).toEqual(packed)
    await expect(packMap({ map: record.map, shardOrder: 4 }, world)).rejects.toThrow(/unpack it first/)
  })

  it('is refused where its deepest tiles are made on demand', async () => {
    const record = await tileMap(maps)
    writeFileSync(hips(join(record.folder, 'recipe.json')), JSON.stringify({ skipDeepest: true, order: 5 }))
    await expect(packMap({ map: record.map }, world)).rejects.toThrow(/tiles of order 5 when they are asked for/)
    expect(await maps.catalog.map(record.map)).toEqual(record)
  })
})

describe('packing and unpacking that are killed', () => {
  const killed = (what: string, lines: number) =>
    new Promise<boolean>((resolve) => {
      const given = JSON.stringify({ dataFolder: maps.dataFolder, map: 'test/r', what, shardOrder: 1 })
      const child = spawn(process.execPath, [CHILD, given], { stdio: ['ignore', 'pipe', 'inherit'] })
      let said = 0
      child.stdout.on('data', (text) => {
        said += String(text).split('\n').length - 1
        if (said >= lines) child.kill('SIGKILL')
      })
      child.on('exit', (_, signal) => resolve(signal === 'SIGKILL'))
    })

  it('lose nothing, wherever it happens: the map is whole in one layout, and the command goes on', async () => {
    const cells = Array.from({ length: 600 }, (_, k) => 20 * k + (k % 3))
    const record = await tileMap(maps, { cells, formats: ['png'], pngBytes: 20_000 })
    const names = filesOf(hips(record.folder))
    const bytes = treeOf(hips(record.folder))
    const isWhole = async () => {
      const { folder, layout } = (await maps.catalog.map('test/r')) as MapRecord
      const files = layout?.kind === 'packed' ? new PackedFiles(hips(folder), layout) : new TreeFiles(hips(folder))
      for (const name of names.filter((_, k) => k % 50 === 0)) {
        const found = await files.read(name)
        if (!found) throw new Error(`${name} is gone`)
      }
    }
    let kills = 0
    for (const lines of [1, names.length - 6]) if (await killed('pack', lines)) kills++
    await isWhole()
    await packMap({ map: 'test/r', shardOrder: 1 }, world)
    if (await killed('unpack', names.length / 2)) kills++
    await isWhole()
    await unpackMap('test/r', world)
    expect(treeOf(hips(((await maps.catalog.map('test/r')) as MapRecord).folder))).toEqual(bytes)
    expect(readdirSync(hips()).filter((name) => name.startsWith('.'))).toEqual([])
    expect(readdirSync(hips('test')).sort()).toEqual(['r', 'r@made'])
    expect(kills).toBeGreaterThan(1)
  }, 60_000)
})

describe('packing that ends between its last steps', () => {
  it('is gone on with: the folder has its name, the catalogue does not know', async () => {
    const record = await tileMap(maps)
    const bytes = treeOf(hips(record.folder))
    const putMap = async () => {
      throw new Error('the catalogue is away')
    }
    const away = new Proxy(maps.catalog, {
      get: (catalog, name) => {
        const value = catalog[name as keyof typeof catalog]
        return name === 'putMap' ? putMap : typeof value === 'function' ? value.bind(catalog) : value
      },
    })
    await expect(packMap({ map: 'test/r' }, { ...world, catalog: away })).rejects.toThrow(/away/)
    expect(await maps.catalog.map('test/r')).toEqual(record)
    expect(treeOf(hips(record.folder))).toEqual(bytes)
    const packs = hips(`${record.folder}-packed/packs`)
    const { ino } = statSync(join(packs, 'png-top.pack'))
    await packMap({ map: 'test/r' }, world)
    expect(statSync(join(packs, 'png-top.pack')).ino).toBe(ino)
    expect(readdirSync(hips('test')).sort()).toEqual(['r', 'r@made-packed'])
  })

  it('leaves the map as it was when a tile goes away under it', async () => {
    const record = await tileMap(maps)
    const progress = (done: number) => {
      if (done === 5) rmSync(hips(join(record.folder, 'Norder5/Dir0/Npix5003.png')))
    }
    await expect(packMap({ map: 'test/r' }, { ...world, progress })).rejects.toThrow(
      'Norder5/Dir0/Npix5003.png cannot be read (ENOENT)',
    )
    expect(await maps.catalog.map('test/r')).toEqual(record)
    expect(filesOf(hips()).filter((name) => name.endsWith('.part'))).toEqual([])
  })
})

describe('packing by two at once', () => {
  it('is done by one of them', async () => {
    const record = await tileMap(maps)
    const bytes = treeOf(hips(record.folder))
    const ends = await Promise.allSettled([packMap({ map: 'test/r' }, world), packMap({ map: 'test/r' }, world)])
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const [{ reason }] = ends.filter((end) => end.status === 'rejected')
    expect(reason.message).toMatch(/being packed by another process/)
    await unpackMap('test/r', world)
    expect(treeOf(hips(record.folder))).toEqual(bytes)
  })
})

describe('one shard', () => {
  const shardOrder = 2
  const packedWithTree = async () => {
    const record = await tileMap(maps)
    const { record: packed } = await packMap({ map: record.map, shardOrder, keepTree: true }, world)
    return { packed, tree: hips(record.folder), path: hips(join(packed.folder, 'packs/png-o2-78.pack')) }
  }
  /** Tile 5000 of order 5 is of shard 78. */
  const NAME = 'Norder5/Dir0/Npix5000.png'

  it('is mended from the tree under readers that hold its directory, and the map stays the same', async () => {
    const { packed, tree, path } = await packedWithTree()
    const files = new PackedFiles(hips(packed.folder), { shardOrder })
    expect(await files.read(NAME)).toBeDefined()
    const broken = readFileSync(path)
    broken[broken.length - 5] ^= 1
    writeFileSync(path, broken)
    await expect(files.read('Norder5/Dir0/Npix5003.png')).rejects.toThrow(/checksum/)
    const { changed, record } = await packShard({ map: 'test/r', root: 78 }, world)
    expect(changed).toBe(0)
    expect(record.generation).toBe(packed.generation)
    expect((await files.read('Norder5/Dir0/Npix5003.png'))?.bytes).toEqual(
      new Uint8Array(readFileSync(join(tree, 'Norder5/Dir0/Npix5003.png'))),
    )
  })

  it('of other bytes makes another generation, with check codes that agree', async () => {
    const { packed, tree } = await packedWithTree()
    const files = new PackedFiles(hips(packed.folder), { shardOrder })
    await files.read(NAME)
    writeFileSync(join(tree, NAME), pngBytes('another', 4000))
    const { changed, record } = await packShard({ map: 'test/r', root: 78, from: tree }, world)
    expect(changed).toBe(1)
    expect(record.generation).not.toBe(packed.generation)
    expect((await maps.catalog.map('test/r'))?.generation).toBe(record.generation)
    expect((await files.read(NAME))?.bytes.length).toBe(4020)
    const { verifyMap } = await import('../../../../origin/hips/pack/verify.ts')
    expect(await verifyMap('test/r', world)).toMatchObject({ faults: 0 })
  })

  it('that would have other tiles than before is refused, and nothing is touched', async () => {
    const { packed, tree } = await packedWithTree()
    const before = treeOf(hips(packed.folder))
    rmSync(join(tree, NAME))
    await expect(packShard({ map: 'test/r', root: 78 }, world)).rejects.toThrow(/0 added, 1 gone/)
    await expect(packShard({ map: 'test/r', root: 79 }, world)).rejects.toThrow(/no png tiles in the shard 79/)
    expect(treeOf(hips(packed.folder))).toEqual(before)
  })
})
