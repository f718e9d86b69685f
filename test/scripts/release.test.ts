// `skyedge release`, run as an operator runs it.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const SKYEDGE = new URL('../../scripts/skyedge.ts', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'skyedge-release-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args: string[]) =>
  spawnSync(process.execPath, [SKYEDGE, 'release', ...args], {
    encoding: 'utf8',
    env: { ...process.env, SKYEDGE_DATA: folder },
  })

describe('skyedge release', () => {
  it('keeps what was said of a release before', () => {
    expect(run('set', 'dr2', '--title', 'Second', '--date', '2027-06-30').status).toBe(0)
    expect(run('set', 'dr2', '--status', 'current').status).toBe(0)
    expect(JSON.parse(run('list', '--json').stdout)).toEqual([
      { release: 'dr2', title: 'Second', status: 'current', releasedMs: Date.UTC(2027, 5, 30), images: 0 },
    ])
    expect(run('list').stdout).toMatch(/^dr2 +current +2027-06-30 +0 {2}Second\n$/)
  })

  it('refuses names, dates and statuses that are none', () => {
    for (const args of [['a b'], ['dr3', '--date', 'soon'], ['dr3', '--status', 'odd']]) {
      const { status, stderr } = run('set', ...args)
      expect(status).toBe(2)
      expect(stderr).not.toBe('')
    }
  })
})
