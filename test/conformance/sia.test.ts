// SIA as clients and judges meet it: a real origin with images that differ in what SIA asks of, votlint and pyvo where they are
// installed.

import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NewProduct } from '../../origin/catalog/store.ts'
import { command, ORACLES, oracles, PYTHON, python, shared, sharedFile } from '../support/optional.ts'
import { maskedPlanes, putProduct, startTestOrigin, type TestOrigin } from '../support/origin.ts'

const run = promisify(execFile)
const did = (name: string) => `ivo://skyedge.example/dr1?${name}`

/** Around (lon, lat), a degree wide. */
function square(lonDeg: number, latDeg: number): Partial<NewProduct> {
  const rad = (lon: number, lat: number) => ({
    lonRad: (((lon + 360) % 360) * Math.PI) / 180,
    latRad: (lat * Math.PI) / 180,
  })
  const [w, e, s, n] = [lonDeg - 0.5, lonDeg + 0.5, latDeg - 0.5, latDeg + 0.5]
  const corners = [rad(w, s), rad(e, s), rad(e, n), rad(w, n)]
  return { raDeg: lonDeg, decDeg: latDeg, fovDeg: Math.SQRT2, footprint: corners }
}

const R = { emMinM: 5.5e-7, emMaxM: 6.9e-7 }
const IMAGES: Record<string, Partial<NewProduct>> = {
  near: {
    ...square(150, 2),
    ...R,
    tMinMjd: 61000,
    tMaxMjd: 61000.5,
    exptimeS: 30,
    targetName: 'M 31',
    polStates: '/I/',
    sResolutionArcsec: 0.7,
    tResolutionS: 30,
    emResPower: 4,
  },
  far: { ...square(10, -30), emMinM: 9e-7, emMaxM: 1e-6, tMinMjd: 61010, tMaxMjd: 61011, exptimeS: 600, calibLevel: 3 },
  meridian: { ...square(0.1, 60), ...R, collection: "o'neill", instrument: 'other', facility: 'elsewhere' },
  unknown: square(200, 80),
}

let origin: TestOrigin
beforeAll(async () => {
  origin = await startTestOrigin()
  const planes = await maskedPlanes(origin)
  for (const productId of [...Object.keys(IMAGES), 'secret']) {
    const rights = { access: productId === 'secret' ? 'proprietary' : 'public', release: 'dr1' } as const
    await putProduct(origin.catalog, { productId, planes, rights }, IMAGES[productId])
  }
}, 30_000)
afterAll(() => origin?.end())

const address = (...pairs: [string, string][]) => `${origin.url}/sia/query?${new URLSearchParams(pairs)}`
async function found(...pairs: [string, string][]): Promise<string[]> {
  const answer = await fetch(address(...pairs, ['RESPONSEFORMAT', 'json']))
  expect(answer.status, await answer.clone().text()).toBe(200)
  const { metadata, data } = (await answer.json()) as { metadata: { name: string }[]; data: string[][] }
  const column = metadata.findIndex(({ name }) => name === 'obs_id')
  return data.map((row) => row[column]).sort()
}

describe('SIA finds images', () => {
  it.each<[string, [string, string][], string[]]>([
    ['without conditions: all that everybody may see', [], ['far', 'meridian', 'near', 'unknown']],
    ['in a circle', [['POS', 'CIRCLE 150.6 2 0.2']], ['near']],
    [
      'in one of two circles',
      [
        ['POS', 'CIRCLE 150 2 0.1'],
        ['pos', 'CIRCLE 10 -30 0.1'],
      ],
      ['far', 'near'],
    ],
    ['in a polygon', [['POS', 'POLYGON 149 1 151 1 151 3 149 3']], ['near']],
    ['in a range', [['POS', 'RANGE 149 149.6 -10 1.6']], ['near']],
    ['in a range over the meridian', [['POS', 'RANGE 359 0 59 61']], ['meridian']],
    ['in a wide range', [['POS', 'RANGE 5 160 -60 70']], ['far', 'near']],
    ['in a band around the sky', [['POS', 'RANGE 0 360 -31 2']], ['far', 'near']],
    ['around the pole', [['POS', 'RANGE 0 360 59 +Inf']], ['meridian', 'unknown']],
    ['on the whole sky', [['POS', 'RANGE -Inf +Inf -Inf +Inf']], ['far', 'meridian', 'near', 'unknown']],
    ['of a wavelength', [['BAND', '6e-7']], ['meridian', 'near']],
    ['of any known wavelength', [['BAND', '-Inf +Inf']], ['far', 'meridian', 'near']],
    [
      'of one of two bands',
      [
        ['BAND', '-Inf 6e-7'],
        ['BAND', '9.5e-7 +Inf'],
      ],
      ['far', 'meridian', 'near'],
    ],
    ['of a time', [['TIME', '61000.5 61009']], ['near']],
    ['of any time, where it is known', [['TIME', '-Inf +Inf']], ['far', 'near']],
    [
      'of a polarization',
      [
        ['POL', 'I'],
        ['POL', 'V'],
      ],
      ['near'],
    ],
    ['of a field of view', [['FOV', '1 2']], ['far', 'meridian', 'near', 'unknown']],
    ['of a resolution', [['SPATRES', '-Inf 0.8']], ['near']],
    [
      'of a resolving power',
      [
        ['SPECRP', '3.5 +Inf'],
        ['COLLECTION', 'test'],
        ['ID', did('near')],
      ],
      ['near'],
    ],
    ['of an exposure time', [['EXPTIME', '-Inf 60']], ['near']],
    ['of a resolution in time', [['TIMERES', '30']], ['near']],
    [
      'of an identifier, in any case and escaped',
      [
        ['ID', did('near').toUpperCase()],
        ['ID', encodeURIComponent(did('far'))],
      ],
      ['far', 'near'],
    ],
    ['of a collection with a quote', [['COLLECTION', "o'neill"]], ['meridian']],
    [
      'of a facility and an instrument',
      [
        ['FACILITY', 'elsewhere'],
        ['INSTRUMENT', 'other'],
      ],
      ['meridian'],
    ],
    [
      'of a facility and an instrument that do not go together',
      [
        ['FACILITY', 'elsewhere'],
        ['INSTRUMENT', 'test'],
      ],
      [],
    ],
    [
      'of a level',
      [
        ['CALIB', '3'],
        ['CALIB', '4'],
      ],
      ['far'],
    ],
    ['of a type', [['DPTYPE', 'cube']], []],
    ['of a target', [['TARGET', 'M 31']], ['near']],
    ['of a target, letter by letter', [['TARGET', 'm 31']], []],
    ['of a format', [['FORMAT', 'application/x-votable+xml;content=datalink']], ['far', 'meridian', 'near', 'unknown']],
    [
      'of a time of release',
      [
        ['RELEASEDATE', '-Inf 2100-01-01'],
        ['ID', did('near')],
      ],
      ['near'],
    ],
    [
      'of a place, a band and a time',
      [
        ['POS', 'CIRCLE 150 2 9'],
        ['BAND', '6e-7'],
        ['TIME', '61000'],
      ],
      ['near'],
    ],
  ])('%s', async (_, pairs, expected) => {
    expect(await found(...pairs)).toEqual(expected)
  })

  it('that only some may see, for those', async () => {
    const token = await origin.token({ user: 'eve', dataRights: ['dr1'] })
    const answer = await fetch(address(['ID', did('secret')], ['RESPONSEFORMAT', 'csv']), {
      headers: { authorization: `Bearer ${token}` },
    })
    expect((await answer.text()).trim().split('\n')).toHaveLength(2)
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    expect(await found(['ID', did('secret')])).toEqual([])
  })

  it('at uploaded positions', async () => {
    const field = (name: string, ucd: string) => `<FIELD name="${name}" datatype="double" unit="deg" ucd="${ucd}"/>`
    const row = (lon: number, lat: number) => `<TR><TD>${lon}</TD><TD>${lat}</TD></TR>`
    const table = `<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE>${field('a', 'pos.eq.ra;meta.main')}${field('d', 'pos.eq.dec;meta.main')}<DATA><TABLEDATA>${row(150.2, 2.2)}${row(80, 80)}${row(10, -30.4)}</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>`
    const send = async (upload: string, file = table) => {
      const form = new FormData()
      form.append('UPLOAD', upload)
      form.append('ResponseFormat', 'csv')
      form.append('here', new Blob([file], { type: 'application/x-votable+xml' }), 'here.xml')
      const answer = await fetch(`${origin.url}/sia/query`, { method: 'POST', body: form })
      return [answer.status, await answer.text()] as const
    }
    const [status, text] = await send('mine,param:here')
    expect([
      status,
      text
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',')[3])
        .sort(),
    ]).toEqual([200, ['far', 'near']])
    expect(await send('mine,param:there')).toEqual([
      400,
      expect.stringContaining('UsageFault: UPLOAD names the file "there"'),
    ])
    expect(await send('mine,http://127.0.0.1/x')).toEqual([
      400,
      expect.stringContaining('URIs of the scheme param are taken'),
    ])
    expect((await send('mine,param:here', 'no table'))[0]).toBe(400)
    expect((await send('mine,param:here', '<!DOCTYPE a [<!ENTITY b "c">]><VOTABLE/>'))[0]).toBe(400)
  })
})

describe('a SIA answer', () => {
  it('tells of an overflow, and of the service with the values there are at MAXREC=0', async () => {
    expect(await (await fetch(address(['MAXREC', '1']))).text()).toContain('value="OVERFLOW"')
    expect(await (await fetch(address(['ID', did('near')]))).text()).not.toContain('value="OVERFLOW"')
    const document = await (await fetch(address(['MAXREC', '0']))).text()
    expect(document).toContain('value="OVERFLOW"')
    expect(document).not.toContain('<TR>')
    const own = /<RESOURCE[^>]*utype="adhoc:this"[\s\S]*?<\/RESOURCE>/.exec(document)?.[0] ?? ''
    expect(own).toContain('value="ivo://ivoa.net/std/SIA#query-2.0"')
    for (const option of ["o'neill", 'test', 'elsewhere', 'other']) expect(own).toContain(`<OPTION value="${option}"/>`)
    expect(document).toContain('ID="obs_publisher_did"')
    expect(document.match(/ref="obs_publisher_did"/g)).toHaveLength(2)
  })

  it('is the same by POST', async () => {
    const body = new URLSearchParams([
      ['pos', 'CIRCLE 150 2 1'],
      ['RESPONSEFORMAT', 'csv'],
    ])
    const answer = await fetch(`${origin.url}/sia/query`, { method: 'POST', body })
    expect(await answer.text()).toBe(
      await (await fetch(address(['POS', 'CIRCLE 150 2 1'], ['RESPONSEFORMAT', 'csv']))).text(),
    )
  })

  it('that cannot be is an error: a VOTable, or text where a text format was asked for', async () => {
    const bad = await fetch(address(['POS', 'CIRCLE one two three']))
    expect([bad.status, bad.headers.get('content-type')]).toEqual([400, 'application/x-votable+xml'])
    expect(await bad.text()).toContain('value="ERROR">UsageFault: POS CIRCLE needs finite numbers, got "one"')
    const text = await fetch(address(['RESPONSEFORMAT', 'csv'], ['BAND', 'red']))
    expect(text.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(await text.text()).toMatch(/^UsageFault: BAND /)
    const ranges = Array.from({ length: 9 }, (_, i): [string, string] => ['POS', `RANGE 0 ${350 + i} -89 89`])
    expect(await (await fetch(address(...ranges))).text()).toContain(
      'UsageFault: these regions are too many or too wide',
    )
  })
})

const stilts = command('stilts')
describe.skipIf(!stilts.found)(stilts.says('STILTS votlint'), { timeout: 60_000 }, () => {
  it.each<[string, [string, string][]]>([
    ['an answer', [['POS', 'CIRCLE 150 2 1']]],
    ['an error', [['POS', 'CIRCLE 150 2']]],
    ['a description', [['MAXREC', '0']]],
    ['BINARY2', [['RESPONSEFORMAT', 'votable/b2']]],
  ])('finds nothing in %s', async (_, pairs) => {
    const path = join(origin.config.dataFolder, 'answer.xml')
    await writeFile(path, Buffer.from(await (await fetch(address(...pairs))).arrayBuffer()))
    const { stdout, stderr } = await run('stilts', ['votlint', `votable=${path}`])
    expect(stdout + stderr).not.toMatch(/ERROR|WARNING/i)
  })
})

const judge = sharedFile('conformance/pyvo_check.py')
describe.each([
  ["Debian's pyvo", PYTHON, python('pyvo')],
  ['the newest pyvo', ORACLES, oracles('pyvo')],
] as const)('%s', (_, interpreter, here) => {
  const optional = here.found ? judge : here
  it.skipIf(!optional.found)(optional.says('searches by every parameter'), { timeout: 60_000 }, async () => {
    const args = ['--tap', `${origin.url}/tap`, '--sia', `${origin.url}/sia`, '--only', 'tap,sia', '--repeat', '0']
    const where = "obs_id = 'near'"
    const { stdout } = await run(interpreter, [shared('conformance/pyvo_check.py'), ...args, '--where', where])
    expect(stdout).toMatch(/\d+ passed, 0 failed, 0 skipped/)
  })
})
