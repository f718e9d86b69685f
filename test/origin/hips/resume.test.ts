import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BuildOptions, buildMap } from '../../../origin/hips/build.ts'
import { mapFolder, treeOf } from '../../support/map-tree.ts'
import { type MapWorld, mapWorld } from '../../support/map-world.ts'
import { writeSkyImage } from '../../support/sky-image.ts'

const CHILD = join(import.meta.dirname, '../../support/build-child.ts')
let folder: string
let world: MapWorld
const options: BuildOptions = { map: 'kill/r', from: ['fields'], threads: 2, cuts: { low: 0, high: 100 } }

const hips = () => join(world.dataFolder, 'hips')
const leftovers = () => readdirSync(hips()).filter((name) => name.startsWith('.building'))
const argument = (changes: object = {}) =>
  JSON.stringify({ dataFolder: world.dataFolder, options, nowMs: world.nowMs, ...changes })

async function forget(map: string): Promise<void> {
  await world.catalog.removeMap(map)
  for (const name of readdirSync(hips())) rmSync(join(hips(), name), { recursive: true, force: true })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skyedge-resume-'))
  // Far apart, so that each is in a subtree of its own.
  const fields = Array.from({ length: 4 }, (_, i) => ({
    collection: 'fields',
    path: writeSkyImage(join(folder, `field-${i}.fits`), {
      raDeg: 40 + 15 * i,
      decDeg: -40 + 20 * i,
      width: 100,
      height: 100,
      scaleArcsec: 16,
      value: (_, x, y) => ((x * 31 + y * 17 + 7 * i) % 97) + 1,
    }),
  }))
  world = await mapWorld(fields)
})

afterAll(async () => {
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs the build until it has said `lines` lines and a little longer, then kills it; false when it ended before. */
function killed(given: string, lines: number, waitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [CHILD, given], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = 0
    child.stdout.on('data', (text) => {
      const before = said
      said += String(text).split('\n').length - 1
      if (before < lines && said >= lines) setTimeout(() => child.kill('SIGKILL'), waitMs)
    })
    child.on('exit', (_, signal) => resolve(signal === 'SIGKILL'))
  })
}

describe('a build that is killed', () => {
  it('goes on where it was, again and again, and ends with the bytes of one that was not', {
    timeout: 60_000,
  }, async () => {
    for (const formats of [['png', 'fits'], ['png']] as const) {
      const given = argument({ options: { ...options, formats } })
      const whole = await buildMap({ ...options, formats }, world)
      const expected = treeOf(mapFolder(world.dataFolder, whole))
      await forget(options.map)

      let most = 0
      const seed = Date.now() % 1000
      for (let k = 0; k < (formats.length > 1 ? 3 : 1); k++) {
        // The first ones in the middle of tiles, the last one among the last steps.
        const [lines, waitMs] = k < 2 ? [1 + k, (seed * (k + 3)) % 40] : [4, seed % 120]
        if (!(await killed(given, lines, waitMs))) break
        const [left] = leftovers()
        if (!left) continue
        const journal = join(hips(), left, 'journal.jsonl')
        const done = existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 1 : 0
        expect(done, `kill ${k}, seed ${seed}`).toBeGreaterThanOrEqual(most)
        most = done
      }
      expect(most).toBeGreaterThan(0)
      const { status, stdout } = spawnSync(process.execPath, [CHILD, given], { encoding: 'utf8' })
      expect(status, stdout).toBe(0)
      const record = await world.catalog.map(options.map)
      expect(treeOf(join(hips(), record?.folder ?? '')), `seed ${seed}`).toEqual(expected)
      expect(leftovers()).toEqual([])
      expect(readdirSync(join(hips(), 'kill')).length).toBe(2)
      await forget(options.map)
    }
  })

  it('leaves nothing to another recipe of the same map, nor beside it', async () => {
    expect(await killed(argument(), 2, 0)).toBe(true)
    expect(leftovers().length).toBe(1)
    const other = await buildMap({ ...options, stretch: 'log' }, world)
    expect(leftovers()).toEqual([])
    expect(Object.keys(treeOf(mapFolder(world.dataFolder, other))).filter((name) => name.includes('journal'))).toEqual(
      [],
    )
    await forget(options.map)
  })

  it('is not joined by a second one', async () => {
    const [first, second] = await Promise.allSettled([buildMap(options, world), buildMap(options, world)])
    const failed = [first, second].filter((one) => one.status === 'rejected')
    expect(failed.map(({ reason }) => reason.code)).toEqual(['busy'])
    await forget(options.map)
  })
})

describe('a disk that is full in the middle of a build', () => {
  it('is said in a sentence; the old map stays, and with more room the build goes on', {
    timeout: 30_000,
  }, async () => {
    const given = argument({ options: { ...options, threads: 1 } })
    const full = argument({ options: { ...options, threads: 1, full: true, stretch: 'log' } })
    // Files of so many half kilobytes and no more: PNG tiles fit, FITS tiles do not.
    const script = `
      "$2" "$3" "$4" >/dev/null || exit 9
      cp "$1/kill/r/properties" "$1/../before"
      (ulimit -f 1000; exec "$2" "$3" "$5"); echo "status $?"
      cmp "$1/kill/r/properties" "$1/../before" && echo same
      ls -a "$1" | grep -c building
      "$2" "$3" "$5" | tail -1`
    const run = spawnSync('sh', ['-c', script, 'sh', hips(), process.execPath, CHILD, given, full], {
      encoding: 'utf8',
    })
    expect(run.stdout).toMatch(/"failed":"disk-full".*the disk is full: the map kill\/r is as it was/)
    expect(run.stdout).toMatch(/status 1\nsame\n1\n\{"made"/)
  })
})
