// `skyedge hips build`, `list`, `show` and `remove`, run as an operator runs them: as docs/hips.md says.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MapWorld, mapWorld } from '../support/map-world.ts'
import { CENTRE, slope, writeSkyImage } from '../support/sky-image.ts'

const SKYEDGE = new URL('../../scripts/skyedge.ts', import.meta.url).pathname
const text = readFileSync(new URL('../../docs/hips.md', import.meta.url), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'skyedge-hips-cli-'))
let world: MapWorld

beforeAll(async () => {
  const common = { ...CENTRE, width: 64, height: 64, scaleArcsec: 8, value: slope }
  const images = ['g', 'r', 'i'].map((band) => ({
    collection: 'my.survey',
    band,
    path: writeSkyImage(join(folder, `${band}.fits`), common),
  }))
  world = await mapWorld(images)
})

afterAll(async () => {
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (...args: string[]) =>
  spawnSync(process.execPath, [SKYEDGE, ...args], {
    encoding: 'utf8',
    env: { ...process.env, SKYEDGE_DATA: world.dataFolder },
  })

describe('skyedge hips', () => {
  it('makes, shows and removes maps as the documentation says', { timeout: 60_000 }, () => {
    const section = text.slice(text.indexOf('## Making maps')).split('\n## ')[0]
    const lines = [...section.matchAll(/```sh\n([^`]*)```/g)].flatMap(([, block]) => block.trim().split('\n'))
    expect(lines.length).toBe(5)
    const said = lines.map((line) => {
      const { status, stdout, stderr } = run(...line.split(' ').slice(2))
      expect(status, `${line}: ${stderr}`).toBe(0)
      return stdout
    })
    expect(said[0].match(/^my\/dr1\/\w+: order 6 \(public to 6\)/gm)?.length).toBe(4)
    expect(said[1]).toMatch(/shown from \S+ to \S+ as before/)
    expect(said[2]).toMatch(/^map +order +public +formats/)
    expect(said[2]).toMatch(/my\/dr1\/r +6 +6 +png,fits,webp +built +\d+ +[\d.]+ MB/)
    expect(said[3]).toMatch(/^6 +\d+ +\S+ % +png +\d/m)
    expect(said[4]).toBe('my/dr1/color is removed\n')
    const shown = JSON.parse(run('hips', 'show', 'my/dr1/r', '--json').stdout)
    expect(shown.statistics.length).toBe(7)
  })

  it('says that nothing was to be done, or how much was', () => {
    const build = ['hips', 'build', 'my/one', '--from', 'my.survey', '--band', 'g']
    expect(run(...build).stdout).toMatch(/^my\/one: order 6/)
    expect(run(...build).stdout).toContain('nothing was to be done')
    expect(JSON.parse(run(...build, '--full', '--json').stdout).remade).toBeGreaterThan(0)
  })

  it.each([
    [['show', 'no/such'], 2, 'there is no map no/such'],
    [['remove', 'no/such'], 2, 'there is no map no/such'],
    [['remove', '../up'], 2, 'a map is named like'],
    [['build', 'a', '--from', 'my.survey', '--all-bands', '--band', 'g'], 2, 'cannot both'],
    [['build', 'a', '--from', 'my.survey', '--formats', 'gif'], 2, 'expected some of png, fits, webp, jpg'],
    [['build', 'a', '--from', 'my.survey', '--webp', '0'], 2, 'expected 1 to 100'],
    [['build', 'a', '--from', 'my.slip', '--all-bands'], 2, 'there is no collection my.slip, only my.survey'],
    [['build', 'a', '--from', 'my.survey', '--band', 'z'], 2, 'my.survey has no image of band z, only of g, i, r'],
  ])('refuses %j', (args, status, says) => {
    const done = run('hips', ...args)
    expect([done.status, done.stderr]).toEqual([status, expect.stringContaining(says)])
  })
})
