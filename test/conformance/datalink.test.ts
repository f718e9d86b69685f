// DataLink as clients and judges meet it: a real origin, STILTS datalinklint, votlint and pyvo where they are installed.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProductRights } from '#src/rights'
import { command, ORACLES, oracles, PYTHON, python } from '../support/optional.ts'
import { maskedPlanes, putProduct, startTestOrigin, type TestOrigin } from '../support/origin.ts'

const run = promisify(execFile)
const RIGHTS: Readonly<Record<string, ProductRights>> = {
  open: { access: 'public', release: 'dr1' },
  second: { access: 'public', release: 'dr1' },
  proprietary: { access: 'proprietary', release: 'dr1' },
  level3: { access: 'level3', release: 'dr1', owner: 'eve', groups: ['demo-team'] },
}
const did = (name: string) => `ivo://skyedge.example/dr1?${name}`
const UNKNOWN = did('nothing-of-this-name')

let origin: TestOrigin
beforeAll(async () => {
  origin = await startTestOrigin()
  const planes = await maskedPlanes(origin)
  for (const [productId, rights] of Object.entries(RIGHTS))
    await putProduct(origin.catalog, { productId, planes, rights })
})
afterAll(() => origin?.end())

const address = (...ids: string[]) =>
  `${origin.url}/datalink/links${ids.length > 0 ? `?${new URLSearchParams(ids.map((id) => ['ID', id]))}` : ''}`
const links = async (ids: readonly string[], init?: RequestInit) => (await fetch(address(...ids), init)).text()
const bearer = async (user: string, request: object) => ({
  headers: { authorization: `Bearer ${await origin.token({ user, ...request })}` },
})
const rows = (document: string) => document.match(/<TR>.*?<\/TR>/gs) ?? []

describe('the links of a product', () => {
  it('are the image, a preview, a cutout service with the ranges of this product, and where its collection is', async () => {
    const answer = await fetch(address(did('open')))
    expect(answer.headers.get('content-type')).toBe('application/x-votable+xml;content=datalink')
    expect(answer.headers.get('cache-control')).toBe('public, max-age=60')
    const document = await answer.text()
    expect(rows(document)).toHaveLength(4)
    for (const word of ['#this', '#preview', '#cutout', '#auxiliary']) expect(document).toContain(`<TD>${word}</TD>`)
    const descriptor = /<RESOURCE[^>]*ID="cutout-sync"[\s\S]*?<\/RESOURCE>/.exec(document)?.[0] ?? ''
    expect(descriptor).toContain(`value="${origin.url}/soda/sync"`)
    const [lon, lat, radius] = /name="CIRCLE"[\s\S]*?<MAX value="([^"]+)"/.exec(descriptor)![1].split(' ').map(Number)
    expect(lon).toBeCloseTo(150, 2)
    expect(lat).toBeCloseTo(2, 2)
    expect(radius).toBeCloseTo(Math.hypot(64, 48) / 2 / 3600, 3)
  })

  it('lead to what they say', async () => {
    const document = await links([did('open')])
    const urls = [...document.matchAll(/<TD>(http[^<]*)<\/TD>/g)].map(([, url]) => url.replaceAll('&amp;', '&'))
    const [whole, preview] = await Promise.all(urls.map((url) => fetch(url)))
    expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'application/fits'])
    expect([preview.status, preview.headers.get('content-type')]).toEqual([200, 'image/png'])
  })

  it('are found by every spelling of the identifier that clients send', async () => {
    const spellings = [
      did('open'),
      'IVO://Skyedge.Example/dr1?open',
      encodeURIComponent(did('open')),
      ` ${did('open')} `,
    ]
    for (const spelling of spellings) expect(rows(await links([spelling])), spelling).toHaveLength(4)
    // What is another product in the release stays another one.
    expect(await links(['ivo://skyedge.example/dr1?OPEN'])).toContain('NotFoundFault')
  })

  it('come for many identifiers in one answer, by GET and POST, a fault in its own row', async () => {
    const ids = [did('second'), UNKNOWN, 'not an identifier <&>', did('open')]
    const form = new URLSearchParams(ids.map((id) => ['id', id]))
    for (const document of [
      await links(ids),
      await (await fetch(address(), { method: 'POST', body: form })).text(),
      await (await fetch(address(), { method: 'POST', body: asMultipart(ids) })).text(),
    ]) {
      expect(rows(document)).toHaveLength(10)
      expect(document.match(/NotFoundFault: /g)).toHaveLength(2)
      expect(document).toContain('ID="cutout-sync"')
      expect(document).toContain('ID="cutout-sync-2"')
      expect(document).toContain('value="OK"')
    }
  })

  it('are an empty table with a description of the service where nothing is asked for', async () => {
    const document = await links([])
    expect(rows(document)).toHaveLength(0)
    expect(document).toContain('utype="adhoc:this"')
    expect(document).toContain('name="link_authorized"')
  })

  it('end with an overflow after a thousand identifiers, never within one, for as many as a large table has', async () => {
    const ids = Array.from({ length: 30_000 }, (_, i) =>
      i === 999 ? did('open') : `ivo://skyedge.example/dr1?demo.calexp-nothing-${i}`,
    )
    const body = new URLSearchParams(ids.map((id) => ['ID', id]))
    const document = await (await fetch(address(), { method: 'POST', body })).text()
    expect(rows(document)).toHaveLength(999 + 4)
    expect(document).toContain('value="OVERFLOW"')
  })
})

const asMultipart = (ids: readonly string[]) => {
  const form = new FormData()
  for (const id of ids) form.append('ID', id)
  return form
}

describe('a product that the caller may not see', () => {
  it('is answered as one that is not there', async () => {
    const hidden = (await links([did('level3')])).replaceAll('level3', 'NAME')
    const absent = (await links([UNKNOWN])).replaceAll('nothing-of-this-name', 'NAME')
    expect(hidden).toBe(absent)
    expect(hidden).toContain('NotFoundFault')
  })

  it('has its links for those who may, which no cache keeps', async () => {
    const answer = await fetch(address(did('level3')), await bearer('bob', { groups: ['demo-team'] }))
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    const document = await answer.text()
    expect(rows(document)).toHaveLength(4)
    expect(document).toMatch(/<TD>true<\/TD><TD>(?:true|T|1)<\/TD>/)
    const ann = await bearer('ann', { dataRights: ['dr1'] })
    expect(rows(await links([did('proprietary')], ann))).toHaveLength(4)
  })
})

describe('a request that cannot be answered', () => {
  it('is refused with a VOTable that says why', async () => {
    for (const [query, word] of [
      ['?NONSENSE=1', 'NONSENSE'],
      ['?MAXREC=5', 'MAXREC'],
      ['?RESPONSEFORMAT=text/csv', 'csv'],
      ['?ID=', 'ID has no value'],
      [`?ID=${'x'.repeat(5000)}`, '5000 characters'],
    ]) {
      const answer = await fetch(`${address()}${query}`)
      const document = await answer.text()
      expect(answer.status, query).toBe(400)
      expect(answer.headers.get('content-type')).toContain('application/x-votable+xml')
      expect(document).toMatch(/<INFO name="QUERY_STATUS" value="ERROR">UsageFault: /)
      expect(document).toContain(word)
    }
  })
})

const stilts = command('stilts')
const counts = async (task: string, url: string) => {
  const { stdout, stderr } = await run('stilts', [task, `votable=${url}`], { timeout: 60_000 }).catch((e) => e)
  const lines = `${stdout}${stderr}`.split('\n')
  return lines.filter((line) => /^(?:[EWF]-|ERROR|WARNING|FATAL|Error)/.test(line))
}

describe.skipIf(!stilts.found)(stilts.says('STILTS'), () => {
  it('finds nothing to say of links', { timeout: 120_000 }, async () => {
    expect(await counts('datalinklint', address(did('open'), did('second'), UNKNOWN))).toEqual([])
    expect(await counts('votlint', address(did('open'), did('second'), UNKNOWN))).toEqual([])
  })
  it('finds nothing to say of an empty answer', { timeout: 120_000 }, async () => {
    expect(await counts('votlint', address())).toEqual([])
  })
})

const READ = `
import sys, warnings; warnings.simplefilter('ignore')
from pyvo.dal.adhoc import DatalinkResults, SodaQuery
from astropy.io import fits
links = DatalinkResults.from_result_url(sys.argv[1])
print(sorted(str(row.semantics) for row in links))
proc = links.get_first_proc()
print(sorted(p.name for p in proc.input_params))
hdus = fits.open(__import__('io').BytesIO(proc.process(circle=(150.0, 2.0, 0.002)).read()))
print([hdu.data.shape for hdu in hdus if hdu.data is not None][0])
query = SodaQuery.from_resource(links[0], links.get_adhocservice_by_id('cutout-sync'))
query.circle = (150.0, 2.0, 0.002)
print(query.execute_stream().read()[:6])
`
const EXPECTED = [
  `['#auxiliary', '#cutout', '#preview', '#this']`,
  `['CIRCLE', 'ID', 'POLYGON', 'POS', 'RESPONSEFORMAT']`,
  '(15, 15)',
  `b'SIMPLE'`,
]
const pyvos = [
  { name: "Debian's pyvo", needs: python('pyvo'), interpreter: PYTHON },
  { name: 'the newest pyvo', needs: oracles('pyvo'), interpreter: ORACLES },
]
describe.each(pyvos)('$name', ({ needs, interpreter }) => {
  it.skipIf(!needs.found)(needs.says('reads the links, finds the cutout service and cuts'), async () => {
    const { stdout } = await run(interpreter, ['-c', READ, address(did('open'))], { timeout: 60_000 })
    expect(stdout.trim().split('\n')).toEqual(EXPECTED)
  })
})
