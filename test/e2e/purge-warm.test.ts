// Two edges on plain workerd in front of one origin: filled by the operator's command, and emptied of nothing by a purge
// that both see within five seconds.

import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressesOf } from '../../origin/edges/addresses.ts'
import { warmEdge } from '../../origin/edges/warm.ts'
import { loadEdgeSecret } from '../../origin/identity/keys.ts'
import { bundleWorkers, COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../../scripts/processes/worker-bundle.ts'
import type { RunningEdge } from '../../scripts/processes/workerd-edge.ts'
import type { MapWorld } from '../support/map-world.ts'
import { CENTRE } from '../support/sky-image.ts'
import { deepestTile, edgeBefore, type LoggedOrigin, loggedOrigin, smallSky } from '../support/small-sky.ts'

const SKYEDGE = new URL('../../scripts/skyedge.ts', import.meta.url).pathname
let folder: string
let world: MapWorld
let origin: LoggedOrigin
let edges: RunningEdge[]
let secret: string
let did: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skyedge-e2e-'))
  world = await smallSky(folder)
  did = (await world.catalog.productsIn('sky'))[0].publisherDid
  origin = await loggedOrigin(world)
  secret = await loadEdgeSecret(world.dataFolder)
  edges = await Promise.all(['eu', 'us'].map((region) => edgeBefore(world, origin, join(folder, region), { region })))
})

afterAll(async () => {
  for (const edge of edges ?? []) await edge.stop()
  await origin?.stop()
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

const skyedge = (...args: string[]): Promise<Ended> => {
  const SKYEDGE_EDGE_URLS = `eu=${edges[0].url} us=${edges[1].url}`
  const env = { ...process.env, SKYEDGE_DATA: world.dataFolder, SKYEDGE_EDGE_URLS }
  const child = spawn(process.execPath, [SKYEDGE, ...args], { env })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (bytes) => {
      said[name] += bytes
    })
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, ...said })))
}

const everywhere = (path: string) => Promise.all(edges.map((edge) => bytesAt(edge.url + path)))
const bytesAt = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer())
const asked = (path: string) => origin.asked(path)

/** Entries of an edge's cache on disk: name and content. */
const entries = (name: string): Map<string, string> =>
  new Map(
    readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' })
      .map((file) => join(folder, name, file))
      .filter((file) => statSync(file).isFile())
      .map((file) => [file, readFileSync(file, 'latin1')]),
  )

async function firstTile(): Promise<{ path: string; file: string }> {
  const record = (await world.catalog.map('test/r'))!
  const name = deepestTile(record, 'png')
  return { path: `/hips/public/test/r/${name}`, file: join(world.dataFolder, 'hips', record.folder, name) }
}

describe('skyedge warm', () => {
  it('fills every edge, and finds all of it there the second time', async () => {
    const command = ['warm', 'test/r', '--orders', '0-20', '--json']
    const first = await skyedge(...command)
    expect([first.status, first.stderr]).toEqual([0, expect.anything()])
    const { regions } = JSON.parse(first.stdout) as { regions: Record<string, unknown>[] }
    const { asked: all, absent } = regions[0] as { asked: number; absent: number }
    expect(all).toBeGreaterThan(20)
    const filled = all - absent
    expect(regions).toEqual([
      { region: 'eu', asked: all, filled, there: 0, absent, failed: 0 },
      { region: 'us', asked: all, filled, there: 0, absent, failed: 0 },
    ])
    const before = asked('/hips/')
    // One of them only, by name, and as a table.
    const again = await skyedge(...command.slice(0, -1), '--region', 'us')
    expect(again.stdout.split('\n')[1].split(/ +/)).toEqual(['us', all, 0, filled, absent, 0].map(String))
    const { path } = await firstTile()
    for (const edge of edges) {
      const answer = await fetch(edge.url + path)
      expect(answer.headers.get('cache-status')).toMatch(/(isolate|colo|region); hit/)
      await answer.arrayBuffer()
    }
    expect(asked('/hips/public/test/r/Norder') - before).toBeLessThanOrEqual(absent)
  })

  it('says which edge is away, fills the others, and ends with 1', async () => {
    const dead = { region: 'cl', url: 'http://127.0.0.1:1' }
    const tally = await warmEdge(dead, ['/hips/public/test/r/properties', '/hips/public/test/r/Moc.fits'], {
      secret,
      batch: 1,
      retryAfterMs: [10, 10],
    })
    expect(tally).toMatchObject({ region: 'cl', asked: 2, failed: 2, problem: 'the edge cannot be reached' })
    const stranger = await warmEdge({ region: 'eu', url: edges[0].url }, ['/'], { secret: 'x'.repeat(20) })
    expect(stranger).toMatchObject({ failed: 1, problem: expect.stringContaining('secret') })
  })

  it('keeps to the rate that was said', async () => {
    const paths = Array.from({ length: 40 }, () => '/hips/public/test/r/properties')
    const start = performance.now()
    await warmEdge({ region: 'eu', url: edges[0].url }, paths, { secret, batch: 10, rate: 40 })
    expect(performance.now() - start).toBeGreaterThan(700)
  })

  it('refuses what it cannot do', async () => {
    const runs = [
      ['warm', 'test/x'],
      ['warm', 'test/r', '--region', 'mars'],
      ['warm', 'test/r', '--orders', '23-24'],
    ]
    const ended = await Promise.all(runs.map((args) => skyedge(...args)))
    expect(ended.map(({ status }) => status)).toEqual([2, 2, 2])
    expect(ended[0].stderr).toContain('did you mean test/r?')
    expect(ended[2].stderr).toContain('its public orders are 0 to')
    expect(ended[1].stderr).toContain('known are eu, us')
  })
})

describe('an edge with a queue', () => {
  it('is filled by its consumer, which the command waits for', async () => {
    const { edge } = await bundleWorkers('edge')
    const text = (value: string) => ({ type: 'text', value })
    const queued = new Miniflare({
      host: '127.0.0.1',
      port: 0,
      cf: false,
      telemetry: { enabled: false },
      logRequests: false,
      workers: [
        {
          config: {
            name: 'edge',
            compatibilityDate: COMPATIBILITY_DATE,
            compatibilityFlags: COMPATIBILITY_FLAGS,
            manifest: {
              mainModule: 'main.mjs',
              modulesRoot: '/',
              modules: { 'main.mjs': { type: 'esm', contents: edge.code } },
            },
            env: {
              ORIGIN_URL: text(origin.url),
              EDGE_SECRET: text(secret),
              WARM: { type: 'queue', name: 'warm' },
            },
            triggers: [{ type: 'queue', name: 'warm', maxBatchSize: 4, maxBatchTimeout: 0 }],
          },
        },
      ],
    } as never)
    try {
      const url = (await queued.ready).href.replace(/\/$/, '')
      const { paths, count } = addressesOf((await world.catalog.map('test/r'))!, {
        tier: 'public',
        orders: { first: 0, last: 4 },
        formats: ['png', 'fits'],
      })
      const first = await warmEdge({ region: 'cloud', url }, paths(), { secret })
      expect(first).toEqual({ region: 'cloud', asked: count, filled: count, there: 0, absent: 0, failed: 0 })
      const again = await warmEdge({ region: 'cloud', url }, paths(), { secret })
      expect(again).toMatchObject({ filled: 0, there: count, failed: 0 })
    } finally {
      await queued.dispose()
    }
  })
})

describe('skyedge purge', () => {
  it('lets both edges serve the new bytes within 5 s, and leaves what they kept alone', async () => {
    const { path, file } = await firstTile()
    const [old] = await everywhere(path)
    const fresh = readFileSync(file)
    expect(fresh.equals(old)).toBe(true)
    // The same picture with a comment behind it: other bytes.
    writeFileSync(file, Buffer.concat([old, Buffer.from('mended')]))
    expect((await everywhere(path)).every((bytes) => bytes.equals(old))).toBe(true)
    await pause(1000)
    const kept = entries('eu')
    expect((await skyedge('purge', 'test/r')).status).toBe(0)
    const start = performance.now()
    let seen: Buffer[] = []
    do {
      await pause(100)
      seen = await everywhere(path)
    } while (!seen.every((bytes) => bytes.length === old.length + 6) && performance.now() - start < 10_000)
    expect(performance.now() - start).toBeLessThan(5_000)
    // Every tile that was kept is still there: only the facts (manifest, keys) may be written anew.
    const now = entries('eu')
    const tiles = [...kept].filter(([, content]) => content.includes('image/png'))
    expect(tiles.length).toBeGreaterThan(5)
    expect(tiles.filter(([name, content]) => now.get(name) !== content)).toEqual([])
    // And the new bytes are kept as well as the old were.
    await pause(1_200)
    await everywhere(path)
    const before = asked(path)
    await everywhere(path)
    expect(asked(path)).toBe(before)
  })

  it('makes the cutouts of a purged product new, tag and all, within 5 s', async () => {
    const cutout = `/soda/sync?ID=${encodeURIComponent(did)}&CIRCLE=${CENTRE.raDeg}%20${CENTRE.decDeg}%200.02`
    const tags = () =>
      Promise.all(
        edges.map(async ({ url }) => {
          const answer = await fetch(url + cutout)
          await answer.arrayBuffer()
          return answer.headers.get('etag')
        }),
      )
    const [old] = await tags()
    expect(new Set(await tags())).toEqual(new Set([old]))
    expect((await skyedge('purge', did.slice(did.indexOf('?') + 1), '--json')).stdout).toContain('"kind":"product"')
    const start = performance.now()
    while ((await tags()).includes(old) && performance.now() - start < 10_000) await pause(100)
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})

describe('docs/edge.md', () => {
  const text = readFileSync(new URL('../../docs/edge.md', import.meta.url), 'utf8')
  const lines = [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block]) => block.trim().split('\n'))
    .filter((line) => /^npx skyedge (?:warm|purge|doctor --offline)/.test(line))

  it('warms, purges and looks after a node by lines that work', async () => {
    expect(lines.length).toBeGreaterThan(5)
    const ended = await Promise.all(
      lines.map((line) =>
        skyedge(...line.replace('my/dr1/r', 'test/r').replace('my.survey', 'sky').split(' ').slice(2)),
      ),
    )
    expect(
      ended.map(({ status, stderr }, i) => (status === 0 ? '' : `${lines[i]}: ${stderr}`)).filter(Boolean),
    ).toEqual([])
    for (const { stdout } of ended) expect(stdout).not.toBe('')
  })
})
