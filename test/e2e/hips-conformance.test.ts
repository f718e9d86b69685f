// Maps of real images judged by CDS's Hipsgen as its users meet them: through an edge on workerd. Every tile is copied,
// held against the check codes, and FITS tiles against their own sums.

import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hipsMetrics, parseHipslist, parseProperties, pixelScaleDeg, tilePath } from '#src/hips'
import { cellsOf, countCells, readMocFits } from '#src/moc'
import type { MapRecord } from '../../origin/catalog/store.ts'
import { loadConfig } from '../../origin/config.ts'
import { buildMap } from '../../origin/hips/build.ts'
import { buildColourMap } from '../../origin/hips/colour.ts'
import { packMap } from '../../origin/hips/pack/pack-map.ts'
import { loadEdgeSecret, loadTokenKeys } from '../../origin/identity/keys.ts'
import { issueToken } from '../../origin/identity/token.ts'
import { type RunningOrigin, startOrigin } from '../../origin/serve.ts'
import { type RunningEdge, startWorkerdEdge } from '../../scripts/processes/workerd-edge.ts'
import { type MapWorld, mapWorld } from '../support/map-world.ts'
import { hipsgen, shared, sharedFile, skyData } from '../support/optional.ts'

const SCRIPT = 'conformance/hips.sh'
const needed = [hipsgen(), sharedFile(SCRIPT), skyData('sdss')]
const absent = needed.find(({ found }) => !found)

let folder: string
let world: MapWorld
let origin: RunningOrigin
let edge: RunningEdge
let signedIn: Server

const SKY: Readonly<Record<string, readonly (readonly [band: string, file: string])[]>> = {
  sdss: ['g', 'r', 'i'].map((band) => [band, `reprojected_sdss_${band}`] as const),
  galcen: ['j', 'h', 'k'].map((band) => [band, `gc_2mass_${band}`] as const),
  dss: [['red', 'HorseHead']],
}

async function start(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'skyedge-conformance-'))
  const images = Object.entries(SKY).flatMap(([collection, files]) =>
    files.map(([band, file]) => ({ path: shared(`data/sky/${collection}/${file}.fits`), collection, band })),
  )
  world = await mapWorld(images)
  for (const [collection, files] of Object.entries(SKY)) {
    const bands = files.map(([band]) => `${collection}/${band}`)
    for (const [band] of files)
      await buildMap({ map: `${collection}/${band}`, from: [collection], band, order: 7, publicOrder: 6 }, world)
    if (bands.length === 3)
      await buildColourMap({ map: `${collection}/color`, from: [collection] }, bands.reverse() as never, world)
  }
  const webp = { from: ['dss'], formats: ['webp', 'fits', 'jpg'] as const, order: 6 }
  await buildMap({ ...webp, map: 'dss/webp' }, world)
  await packMap({ map: 'galcen/h' }, { ...world, graceMs: 0 })
  const config = loadConfig({ SKYEDGE_DATA: world.dataFolder, SKYEDGE_ORIGIN_PORT: '0' })
  origin = await startOrigin(config, world.catalog, { log: pino({ level: 'silent' }) })
  const secret = await loadEdgeSecret(world.dataFolder)
  const where = { host: '127.0.0.1', port: 0, cacheFolder: join(folder, 'cache') }
  edge = await startWorkerdEdge({ originUrl: origin.url, secret, ...where })
  const user = { user: 'ann', scopes: ['read:image'], dataRights: ['dr1'], groups: [], ttlS: 3600 }
  const about = { authority: config.authority, nowMs: Date.now() }
  const { token } = await issueToken(await loadTokenKeys(world.dataFolder), user, about)
  signedIn = await signingIn(edge.url, token)
}

/** Hipsgen cannot sign in: this does it for it. */
function signingIn(url: string, token: string): Promise<Server> {
  const server = createServer(async ({ url: path = '/', method }, response) => {
    const answer = await fetch(url + path, { method, headers: { authorization: `Bearer ${token}` } })
    const type = answer.headers.get('content-type') ?? ''
    response.writeHead(answer.status, { 'content-type': type })
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

const signedInUrl = () => `http://127.0.0.1:${(signedIn.address() as AddressInfo).port}`

interface Verdict {
  readonly code: number
  readonly said: string
}

function judge(...args: string[]): Promise<Verdict> {
  return new Promise((resolve) =>
    execFile('bash', [shared(SCRIPT), ...args], { encoding: 'utf8', timeout: 120_000 }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), said: `${stdout}${stderr}` }),
    ),
  )
}

describe.skipIf(absent !== undefined)(absent?.says('Hipsgen at an edge') ?? 'Hipsgen at an edge', () => {
  beforeAll(start, 120_000)
  afterAll(async () => {
    signedIn?.close()
    await edge?.stop()
    await origin?.stop()
    await world?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it.concurrent.each([
    ['colours of SDSS', 'sdss/color'],
    ['colours of 2MASS at the galactic centre', 'galcen/color'],
    ['a red DSS plate', 'dss/red'],
    ['a packed map', 'galcen/h'],
  ])('finds nothing wrong with %s, and copies every tile of it whole', async (_, map) => {
    const { code, said } = await judge(`${edge.url}/hips/public/${map}`)
    expect(said).toContain('mirrored')
    expect([code, said]).toEqual([0, said])
  })

  it.concurrent('finds in a map of WEBP and JPEG only that it does not know WEBP', async () => {
    const { said } = await judge(`${edge.url}/hips/public/dss/webp`)
    expect(said.split('\n').filter((line) => /\*WARN|\*ERROR|^FAIL/.test(line))).toEqual([
      expect.stringMatching(/^\*WARN\*.*\[webp\]$/),
      'FAIL LINT: warnings',
    ])
    expect(said).toMatch(/mirrored [1-9]\d* tiles, 0 empty files/)
  })

  it.concurrent('finds nothing wrong with the list, and every endpoint of it', async () => {
    const list = await (await fetch(`${edge.url}/hipslist`)).text()
    expect(parseHipslist(list).length).toBeGreaterThanOrEqual(9)
    const full = `${signedInUrl()}/hips/full/sdss/r`
    // A full map may not be copied, and says so.
    const { code, said } = await judge('-m', full, `${edge.url}/hipslist`)
    expect([code, said]).toEqual([0, said])
  })

  it.each([
    ['public', 6, 'public master clonableOnce'],
    ['full', 7, 'private master unclonable'],
  ] as const)('is told at the %s endpoint what that endpoint has', async (tier, order, status) => {
    const map = `${tier === 'full' ? signedInUrl() : edge.url}/hips/${tier}/sdss/r`
    if (tier === 'full') expect((await fetch(`${edge.url}/hips/full/sdss/r/properties`)).status).toBe(401)
    const told = parseProperties(await (await fetch(`${map}/properties`)).text())
    expect([told.get('hips_order'), told.get('hips_status')]).toEqual([String(order), status])
    expect(Number(told.get('hips_pixel_scale'))).toBeCloseTo(pixelScaleDeg(order, 512), 7)
    const { folder: place } = (await world.catalog.map('sdss/r')) as MapRecord
    const root = join(world.dataFolder, 'hips', place)
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => Number(/^Norder(\d+)\/.*\.(?:png|fits)$/.exec(path)?.[1] ?? Number.NaN) <= order)
      .map((path) => ({ path, sizeBytes: statSync(join(root, path)).size }))
    const { tiles, sizeKb, checkCode } = hipsMetrics(['png', 'fits'], files)
    expect(['hips_nb_tiles', 'hips_estsize', 'hips_check_code'].map((key) => told.get(key))).toEqual([
      String(tiles),
      String(sizeKb),
      checkCode,
    ])
    const moc = readMocFits(new Uint8Array(await (await fetch(`${map}/Moc.fits`)).arrayBuffer()))
    expect(moc.order).toBe(order)
    const deepest = files.filter(({ path }) => path.startsWith(`Norder${order}/`) && path.endsWith('.png'))
    expect(countCells(moc)).toBe(deepest.length)
    for (const [at, found] of [
      [order, 200],
      [order + 1, 404],
    ] as const) {
      const npix = [...cellsOf(moc)][0] * 4 ** (at - order)
      const tile = await fetch(`${map}/${tilePath({ order: at, npix, format: 'png' })}`)
      expect([at, tile.status]).toEqual([at, found])
    }
  })

  it('has Allsky and a preview for every format of a map, and links to this edge in its progenitors', async () => {
    const map = `${edge.url}/hips/public/dss/webp`
    for (const [name, type] of [
      ['Norder3/Allsky.webp', 'image/webp'],
      ['Norder3/Allsky.jpg', 'image/jpeg'],
      ['Norder3/Allsky.fits', 'application/fits'],
      ['preview.jpg', 'image/jpeg'],
      ['HpxFinder/metadata.xml', 'application/x-votable+xml'],
    ]) {
      const answer = await fetch(`${map}/${name}`)
      expect([name, answer.status, answer.headers.get('content-type')]).toEqual([name, 200, type])
    }
    const all = await (await fetch(`${map}/HpxFinder/Norder3/Allsky`)).text()
    const { path, access } = JSON.parse(all) as Record<string, string>
    for (const link of [path, access]) {
      expect(link.startsWith(`${edge.url}/`)).toBe(true)
      expect((await fetch(link)).status).toBe(200)
    }
  })
})
