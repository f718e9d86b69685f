// `skyedge hips pack`, `unpack` and `verify`: the lines of docs/hips.md, run as an operator runs them, and what they refuse.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCatalog } from '../../origin/catalog/open.ts'
import type { MapRecord } from '../../origin/catalog/store.ts'
import { treeOf } from '../support/map-tree.ts'
import { tileMap } from '../support/tile-map.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const SKYEDGE = join(ROOT, 'scripts/skyedge.ts')
const MAP = 'demo/dr1/r'
const folder = mkdtempSync(join(tmpdir(), 'skyedge-packs-'))
let record: MapRecord
let tree: Record<string, string>

beforeAll(async () => {
  const catalog = await openCatalog({ dataFolder: folder })
  record = await tileMap({ catalog, dataFolder: folder }, { map: MAP })
  await catalog.close()
  tree = treeOf(join(folder, 'hips', record.folder))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args: string[]) =>
  spawnSync(process.execPath, [SKYEDGE, 'hips', ...args], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, SKYEDGE_DATA: folder },
  })

const section =
  /\n## Packed maps\n([\s\S]*?)(?:\n## |$)/.exec(readFileSync(join(ROOT, 'docs/hips.md'), 'utf8'))?.[1] ?? ''
const documented = [...section.matchAll(/^npx skyedge hips (.+?)\s*(?:#.*)?$/gm)].map(([, line]) => line.split(/\s+/))

describe('the lines about packed maps', () => {
  it('run, one after the other, and end with the tree that was there before', () => {
    expect(documented.length).toBeGreaterThan(4)
    for (const line of documented) {
      const { status, stdout, stderr } = run(...line)
      expect(status, `${line.join(' ')}: ${stdout}${stderr}`).toBe(0)
      expect(stdout).toMatch(/\S/)
    }
    expect(treeOf(join(folder, 'copy'))).toEqual(tree)
    expect(treeOf(join(folder, 'hips', record.folder))).toEqual(tree)
  })
})

describe('skyedge hips verify', () => {
  it('says as JSON what is wrong, and ends with 1', () => {
    const tile = join(folder, 'hips', record.folder, 'Norder5/Dir0/Npix5000.png')
    const whole = readFileSync(tile)
    writeFileSync(
      tile,
      Uint8Array.from(whole, (byte, k) => (k === 3 ? byte ^ 1 : byte)),
    )
    const { status, stdout } = run('verify', MAP, '--json')
    writeFileSync(tile, whole)
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      map: MAP,
      faults: 1,
      findings: [{ file: 'Norder5/Dir0/Npix5000.png', fault: 'is no PNG' }],
    })
  })
})

describe('a disk that is full while a map is packed', () => {
  it('leaves the map as it was, and the same command goes on with more room', async () => {
    const catalog = await openCatalog({ dataFolder: folder })
    const full = await tileMap(
      { catalog, dataFolder: folder },
      { map: 'demo/full', pngBytes: 150_000, formats: ['png'] },
    )
    const before = treeOf(join(folder, 'hips', full.folder))
    // No file may be longer than 1.3 or 2.6 MB, as the shell counts: the catalogue is shorter, the pack is not.
    const line = `ulimit -f 2500; exec "${process.execPath}" "${SKYEDGE}" hips pack demo/full --shard-order 5`
    const env = { ...process.env, SKYEDGE_DATA: folder }
    const { status, stderr } = spawnSync('sh', ['-c', line], { encoding: 'utf8', env })
    expect(stderr).toContain('the disk is full: the map demo/full is as it was')
    expect(status).toBe(1)
    expect(await catalog.map('demo/full')).toEqual(full)
    await catalog.close()
    expect(treeOf(join(folder, 'hips', full.folder))).toEqual(before)
    expect(run('pack', 'demo/full').status).toBe(0)
    expect(run('verify', 'demo/full').status).toBe(0)
  })
})

describe('what cannot be asked', () => {
  it('ends with 2 and a sentence', () => {
    for (const [args, status, says] of [
      [['pack', MAP, '--shard', '3'], 2, /is not packed/],
      [['pack', MAP, '--shard-order', '9'], 2, /has orders to 5, so no shards of order 9/],
      [['pack', MAP, '--shard-order', 'x'], 2, /an order of 0 to 24/],
      [['pack', 'demo/none'], 2, /there is no map demo\/none/],
    ] as const) {
      const result = run(...args)
      expect(result.stderr).toMatch(says)
      expect(result.status).toBe(status)
      expect(result.stderr).not.toContain(folder)
    }
    expect(readdirSync(join(folder, 'hips')).filter((name) => name.startsWith('.'))).toEqual([])
  })
})
