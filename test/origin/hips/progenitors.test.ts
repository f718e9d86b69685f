import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseProperties, tilePath } from '#src/hips'
import { cellsOf, parseMocJson, readMocFits } from '#src/moc'
import { loadConfig } from '../../../origin/config.ts'
import { buildMap } from '../../../origin/hips/build.ts'
import { buildColourMap } from '../../../origin/hips/colour.ts'
import { packMap } from '../../../origin/hips/pack/pack-map.ts'
import { loadTokenKeys } from '../../../origin/identity/keys.ts'
import { issueToken } from '../../../origin/identity/token.ts'
import { type RunningOrigin, startOrigin } from '../../../origin/serve.ts'
import { type MapWorld, mapWorld } from '../../support/map-world.ts'
import { command, HIPSGEN_JAR, hipsgen } from '../../support/optional.ts'
import { CENTRE, slope, writeSkyImage } from '../../support/sky-image.ts'

const ORDER = 6
const PUBLIC_ORDER = 5
const IMAGES = ['a', 'b', 'c'] as const

let folder: string
let world: MapWorld
let origin: RunningOrigin
let token: string
let moc: ReturnType<typeof parseMocJson>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skyedge-progenitors-'))
  mkdirSync(join(folder, 'in'))
  const image = { width: 600, height: 500, scaleArcsec: 3, value: slope }
  const file = (name: string, i: number) =>
    writeSkyImage(join(folder, 'in', `${name}.fits`), { ...CENTRE, raDeg: CENTRE.raDeg + 0.3 * i, ...image })
  // The last one is not for everybody.
  world = await mapWorld(
    IMAGES.map((name, i) => ({
      path: file(name, i),
      collection: 'sky',
      band: 'gri'[i],
      ...(i === 2 && { product: { rights: { access: 'proprietary' as const, release: 'dr1' } } }),
    })),
  )
  const options = { from: ['sky'], formats: ['png', 'fits'] as const, order: ORDER, threads: 1 }
  const { record } = await buildMap({ ...options, map: 'test/all', publicOrder: PUBLIC_ORDER }, world)
  moc = parseMocJson(JSON.parse(record.moc))
  await buildMap({ ...options, map: 'test/packed' }, world)
  await buildColourMap({ map: 'test/colour', from: ['sky'] }, ['test/all', 'test/packed', 'test/all'], world)
  await packMap({ map: 'test/packed' }, { ...world, graceMs: 0 })
  const config = loadConfig({ SKYEDGE_DATA: world.dataFolder, SKYEDGE_ORIGIN_PORT: '0' })
  origin = await startOrigin(config, world.catalog, { log: pino({ level: 'silent' }), clock: () => world.nowMs })
  const user = { user: 'ann', scopes: ['read:image'], groups: [], dataRights: ['dr1'], ttlS: 3600 }
  const about = { authority: config.authority, nowMs: world.nowMs }
  token = (await issueToken(await loadTokenKeys(world.dataFolder), user, about)).token
})

afterAll(async () => {
  await origin?.stop()
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

const get = (path: string, as?: string) =>
  fetch(`${origin.url}/hips/${path}`, { headers: as ? { authorization: `Bearer ${as}` } : {} })
const cell = (order: number, npix: number) => `HpxFinder/${tilePath({ order, npix, format: 'fits' }).slice(0, -5)}`
type Line = Record<'name' | 'path' | 'ra' | 'dec' | 'cellmem' | 'stc' | 'id' | 'access' | 'cutout', string>
const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
async function lines(path: string, as?: string): Promise<Line[]> {
  const answer = await get(path, as)
  return answer.status === 404 ? [] : linesOf(await answer.text())
}
const idOf = (name: string) => `ivo://skyedge.example/dr1?sky-${name}-fits`
/** The cells of an order that the map covers. */
const cells = (order: number) => [...new Set([...cellsOf(moc)].map((npix) => Math.floor(npix / 4 ** (ORDER - order))))]

describe('the progenitors of a map', () => {
  it('are named at every cell, with where they are and what leads to them', async () => {
    const found = await lines(`full/test/all/${cell(3, cells(3)[0])}`, token)
    expect(found.map(({ id }) => id)).toEqual(IMAGES.map(idOf))
    const [{ name, ra, dec, cellmem, stc, path, access }] = found
    expect({ name, cellmem }).toEqual({ name: 'sky-a-fits', cellmem: String(600 * 500 * 4) })
    expect(Number(ra)).toBeCloseTo(CENTRE.raDeg, 2)
    expect(Number(dec)).toBeCloseTo(CENTRE.decDeg, 2)
    expect(stc).toMatch(/^POLYGON J2000( -?\d+(\.\d+)?){8}$/)
    expect(path).toBe(`${origin.url}/soda/sync?ID=${encodeURIComponent(idOf('a'))}`)
    expect(access).toBe(`${origin.url}/datalink/links?ID=${encodeURIComponent(idOf('a'))}`)
  })

  it('are only named to those who may know of them, whoever asked before', async () => {
    const names = (found: Line[]) => found.map(({ name }) => name)
    const path = `test/all/${cell(3, cells(3)[0])}`
    for (let i = 0; i < 2; i++) {
      expect(names(await lines(`full/${path}`, token))).toEqual(['sky-a-fits', 'sky-b-fits', 'sky-c-fits'])
      expect(names(await lines(`public/${path}`))).toEqual(['sky-a-fits', 'sky-b-fits'])
      // The public endpoint is the same for everybody.
      expect(names(await lines(`public/${path}`, token))).toEqual(['sky-a-fits', 'sky-b-fits'])
    }
    expect((await get(`full/${path}`)).status).toBe(401)
    expect((await get(`public/${path}`)).headers.get('cache-control')).toMatch(/^public/)
    expect((await get(`full/${path}`, token)).headers.get('cache-control')).toMatch(/^private/)
  })

  it('lead to what lies under the cell, and to the links of the image', async () => {
    // At a cell that holds a part of the image.
    const under = await Promise.all(cells(ORDER).map((npix) => lines(`full/test/all/${cell(ORDER, npix)}`, token)))
    const [name] = IMAGES.map((one) => `sky-${one}-fits`).filter(
      (name) => under.flat().filter((line) => line.name === name).length > 1,
    )
    const { cutout, access, path } = under.flat().find((line) => line.name === name) as Line
    const size = async (url: string) => {
      const answer = await fetch(url)
      expect(answer.status).toBe(200)
      return (await answer.arrayBuffer()).byteLength
    }
    const [part, whole] = [await size(cutout), await size(path)]
    expect(part).toBeGreaterThan(2880)
    expect(part).toBeLessThan(whole)
    const links = await (await fetch(access)).text()
    expect(links).toContain('#cutout')
  })

  it('end where the endpoint ends, and are nowhere that no image is', async () => {
    const at = (order: number) => cell(order, cells(order)[0])
    expect((await get(`public/test/all/${at(PUBLIC_ORDER)}`)).status).toBe(200)
    expect((await get(`public/test/all/${at(PUBLIC_ORDER + 1)}`)).status).toBe(404)
    expect((await get(`full/test/all/${at(ORDER)}`, token)).status).toBe(200)
    for (const path of [
      cell(3, 0),
      at(2),
      `${at(3)}.png`,
      `${at(3)}/x`,
      at(3).replace('Dir0', 'Dir10000'),
      at(3).replace('Norder3', 'Norder03'),
      'HpxFinder/',
      'HpxFinder/index.html',
      'HpxFinder/HpxFinder/properties',
      'HpxFinder/Norder4/Allsky',
      'HpxFinder/recipe.json',
    ])
      expect([path, (await get(`full/test/all/${path}`, token)).status]).toEqual([path, 404])
  })

  it('describe themselves as a HiPS of metadata, each endpoint with its own order', async () => {
    for (const [tier, order] of [
      ['public', PUBLIC_ORDER],
      ['full', ORDER],
    ] as const) {
      const said = parseProperties(await (await get(`${tier}/test/all/HpxFinder/properties`, token)).text())
      expect(said.get('dataproduct_type')).toBe('meta')
      expect([said.get('hips_order_min'), said.get('hips_order')]).toEqual(['3', String(order)])
      const map = parseProperties(await (await get(`${tier}/test/all/properties`, token)).text())
      expect(said.get('creator_did')).toBe(`${map.get('creator_did')}/meta`)
      expect(said.get('hips_status')).toBe(map.get('hips_status'))
      const bytes = new Uint8Array(await (await get(`${tier}/test/all/HpxFinder/Moc.fits`, token)).arrayBuffer())
      expect(readMocFits(bytes).order).toBe(order)
    }
    const template = await (await get('public/test/all/HpxFinder/metadata.xml')).text()
    expect(template).toContain(`href="${origin.url}/datalink/links?ID=\${id}"`)
    expect(template).toContain(`href="${origin.url}/soda/sync?ID=\${id}"`)
    for (const key of ['ra', 'dec', 'id', 'stc', 'cutout']) expect(template).toContain(`<TD>$[${key}]</TD>`)
  })

  it('of a colour map are those of its bands; of a packed map those that it had', async () => {
    const at = cell(3, cells(3)[0])
    const all = (await lines(`public/test/all/${at}`)).map(({ id }) => id)
    expect((await lines(`public/test/colour/${at}`)).map(({ id }) => id)).toEqual(all)
    expect((await lines(`public/test/packed/${at}`)).map(({ id }) => id)).toEqual(all)
    expect((await lines('full/test/all/HpxFinder/Norder3/Allsky', token)).map(({ id }) => id)).toEqual(IMAGES.map(idOf))
  })
})

describe.skipIf(!command('xmllint').found)(command('xmllint').says('the template'), () => {
  it('is well-formed', async () => {
    const template = await (await get('public/test/all/HpxFinder/metadata.xml')).text()
    expect(execFileSync('xmllint', ['--noout', '-'], { input: template, encoding: 'utf8' })).toBe('')
  })
})

const judge = hipsgen()

describe.skipIf(!judge.found)(judge.says('beside Hipsgen'), () => {
  it('the same images are told under the same cells, in the same keys', async () => {
    const out = join(folder, 'hipsgen')
    const java = ['-Djava.awt.headless=true', '-Xmx1g', '-cp', HIPSGEN_JAR, 'cds.allsky.HipsGen']
    const said = ['creator_did=ivo://sim.example/P/r', 'obs_title=r', `hips_order=${ORDER}`, 'INDEX', 'DETAILS']
    execFileSync('java', [...java, `in=${join(folder, 'in')}`, `out=${out}`, ...said], { stdio: 'ignore' })
    let compared = 0
    for (let order = 3; order <= ORDER; order++)
      for (const npix of cells(order)) {
        const path = cell(order, npix)
        const ours = await lines(`full/test/all/${path}`, token)
        const theirs = linesOf(readOr(join(out, path)))
        expect([path, ours.map(({ name }) => name)]).toEqual([
          path,
          theirs.map(({ name }) => `sky-${name}-fits`).sort(),
        ])
        for (const [i, line] of theirs.sort((a, b) => (a.name < b.name ? -1 : 1)).entries()) {
          expect(Object.keys(ours[i]).slice(0, 6)).toEqual(Object.keys(line))
          expect(ours[i].cellmem).toBe(line.cellmem)
          expect(distance(ours[i].stc, line.stc)).toBeLessThan(0.001)
          compared++
        }
      }
    expect(compared).toBeGreaterThan(8)
  })
})

const readOr = (path: string) => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Degrees, of the furthest of one outline's corners from the other's nearest. */
function distance(a: string, b: string): number {
  const corners = (text: string) => {
    const numbers = text.split(' ').slice(2).map(Number)
    return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]])
  }
  return Math.max(
    ...corners(a).map(([ra, dec]) => Math.min(...corners(b).map(([x, y]) => Math.hypot(x - ra, y - dec)))),
  )
}
