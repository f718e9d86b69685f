// `skyedge doctor` on nodes that lack something: each lack is named, and nothing else.

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EDGE_HEADER } from '#src/services'
import type { MapRecord } from '../../origin/catalog/store.ts'
import { loadConfig } from '../../origin/config.ts'
import type { Check } from '../../origin/doctor/check.ts'
import { checkData } from '../../origin/doctor/data.ts'
import { checkServices } from '../../origin/doctor/services.ts'
import { startTestOrigin, type TestOrigin } from '../support/origin.ts'

const SKYEDGE = new URL('../../scripts/skyedge.ts', import.meta.url).pathname
let origin: TestOrigin
const servers: Server[] = []
beforeAll(async () => {
  origin = await startTestOrigin()
  await origin.catalog.purge({ kind: 'all', name: '' }, 1)
})
afterAll(async () => {
  for (const server of servers) server.close()
  await origin.end()
})

const config = (more: Record<string, string> = {}) =>
  loadConfig({ SKYEDGE_DATA: origin.config.dataFolder, SKYEDGE_AVAILABILITY_PORT: '0', ...more })
const not = (status: string, checks: readonly Check[]) => checks.filter((check) => check.status !== status)

/** What an edge says of itself, with a clock and a secret of its own. */
async function edgeLike(aheadMs: number, secret: string): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === '/healthz') response.end(JSON.stringify({ status: 'ok', timeMs: Date.now() + aheadMs }))
    else response.writeHead(request.headers[EDGE_HEADER] === secret ? 200 : 404).end()
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('what lies on the machine', () => {
  it('is in order after a start', async () => {
    chmodSync(origin.config.dataFolder, 0o700)
    const checks = await checkData(config())
    expect(not('ok', checks).filter(({ name }) => name !== 'disk space')).toEqual([])
    expect(checks.map(({ name }) => name)).toEqual(['data folder', 'disk space', 'secret', 'catalogue', 'maps'])
  })

  it('lacks a map’s files, or keeps its secret badly', async () => {
    const lost = { map: 'lost/map', folder: 'nowhere', generation: 'g', modifiedMs: 1 } as unknown as MapRecord
    await origin.catalog.putMap(lost)
    chmodSync(join(origin.config.dataFolder, 'secret'), 0o644)
    const checks = await checkData(config())
    expect(checks.find(({ name }) => name === 'maps')).toMatchObject({
      status: 'fail',
      says: expect.stringContaining('lost/map'),
    })
    expect(checks.find(({ name }) => name === 'secret')).toMatchObject({ status: 'warn' })
    chmodSync(join(origin.config.dataFolder, 'secret'), 0o600)
    await origin.catalog.removeMap('lost/map')
  })

  it('cannot reach its database or its store, and says so without their secrets', async () => {
    const checks = await checkData(
      config({
        SKYEDGE_DATABASE_URL: 'postgres://ada:hidden@127.0.0.1:1/sky',
        SKYEDGE_OBJECT_STORE: 's3://bucket/maps',
        AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1',
        AWS_ACCESS_KEY_ID: 'key',
        AWS_SECRET_ACCESS_KEY: 'hidden',
      }),
    )
    expect(not('ok', checks).map(({ name, status }) => [name, status])).toEqual(
      expect.arrayContaining([
        ['database', 'fail'],
        ['object store', 'fail'],
      ]),
    )
    expect(JSON.stringify(checks)).not.toContain('hidden')
  }, 30_000)
})

describe('what runs', () => {
  it('tells edges that are away, that do not know the secret, whose clock is apart', async () => {
    const good = await edgeLike(1_000, origin.edgeSecret)
    const strange = await edgeLike(0, 'another')
    const early = await edgeLike(-300_000, origin.edgeSecret)
    const urls = `good=${good} strange=${strange} early=${early} gone=http://127.0.0.1:1`
    const checks = await checkServices(
      config({ SKYEDGE_EDGE_URLS: urls, SKYEDGE_ORIGIN_URL: origin.url }),
      origin.edgeSecret,
    )
    expect(not('ok', checks)).toEqual([
      { name: 'edge strange', status: 'fail', says: expect.stringContaining('secret') },
      { name: 'edge gone', status: 'fail', says: 'cannot be reached at http://127.0.0.1:1' },
      { name: 'clock of edge early', status: 'warn', says: expect.stringMatching(/(299|30[01]) s behind/) },
    ])
    expect(checks).toContainEqual({ name: 'edge good', status: 'ok', says: 'knows our secret' })
  })
})

describe('skyedge doctor', () => {
  const run = (env: Record<string, string>, ...args: string[]) =>
    spawnSync(process.execPath, [SKYEDGE, 'doctor', ...args], { encoding: 'utf8', env: { ...process.env, ...env } })

  it('ends with 1 when something fails, and prints JSON when asked', () => {
    const folder = mkdtempSync(join(tmpdir(), 'skyedge-doctor-'))
    writeFileSync(join(folder, 'secret'), 'short', { mode: 0o600 })
    const { status, stdout } = run({ SKYEDGE_DATA: folder }, '--offline', '--json')
    expect(status).toBe(1)
    const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Check[] }
    expect(ok).toBe(false)
    expect(checks.find(({ name }) => name === 'secret')).toMatchObject({ status: 'fail' })
    expect(checks.find(({ name }) => name === 'catalogue')).toMatchObject({ status: 'warn' })
    rmSync(folder, { recursive: true, force: true })
  })

  it('names every setting that cannot be used', () => {
    const { status, stdout } = run({ SKYEDGE_EDGES: 'many', SKYEDGE_EDGE_URLS: 'x' })
    expect(status).toBe(1)
    expect(stdout.match(/^fail {2}settings/gm)).toHaveLength(2)
  })
})
