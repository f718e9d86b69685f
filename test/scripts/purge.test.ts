// `skyedge purge`, run as an operator runs it.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCatalog } from '../../origin/catalog/open.ts'
import type { MapRecord } from '../../origin/catalog/store.ts'

const SKYEDGE = new URL('../../scripts/skyedge.ts', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'skyedge-purge-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeAll(async () => {
  const catalog = await openCatalog({ dataFolder: folder })
  for (const map of ['demo/dr1/g', 'demo/dr1/r'])
    await catalog.putMap({ map, collections: [], generation: 'g', modifiedMs: 1 } as unknown as MapRecord)
  await catalog.close()
})

const run = (...args: string[]) =>
  spawnSync(process.execPath, [SKYEDGE, 'purge', ...args], {
    encoding: 'utf8',
    env: { ...process.env, SKYEDGE_DATA: folder },
  })

describe('skyedge purge', () => {
  it('is safe to repeat, and says how often', () => {
    expect(run('--list').stdout).toBe('nothing was purged yet\n')
    expect(run('demo/dr1/r').stdout).toMatch(/^map +demo\/dr1\/r +purged once, last \d{4}-\S+Z\n$/)
    const [again] = JSON.parse(run('demo/dr1/r', '--json').stdout)
    expect(again).toMatchObject({ kind: 'map', name: 'demo/dr1/r', count: 2 })
    expect(run('--all').status).toBe(0)
    const list = JSON.parse(run('--list', '--json').stdout) as { kind: string; count: number }[]
    expect(list.map(({ kind, count }) => [kind, count])).toEqual([
      ['all', 1],
      ['map', 2],
    ])
  })

  it('purges nothing when one of the names is nothing, and says which is near', () => {
    const { status, stderr, stdout } = run('demo/dr1/g', 'demo/dr1/h')
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toBe(
      'skyedge: there is no map, collection or product "demo/dr1/h"; did you mean demo/dr1/g, demo/dr1/r?\n',
    )
    expect(run('--list').stdout).not.toContain('demo/dr1/g')
  })

  it('takes names, or everything, or the list', () => {
    for (const args of [[], ['demo/dr1/r', '--all'], ['--all', '--list']]) expect(run(...args).status).toBe(2)
  })
})
