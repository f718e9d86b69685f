// The node's own registry as a harvester meets it, against the schemas of others and what pyvo and STILTS make of it.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { degrade, mocOfPolygon } from '#src/moc'
import { putMapRecord } from '../../support/map-records.ts'
import { PYTHON, python, registrySchemas } from '../../support/optional.ts'
import { startTestOrigin, type TestOrigin } from '../../support/origin.ts'
import { fileAt, squareAt } from '../../support/products.ts'
import { schemaErrors } from '../../support/schemas.ts'

let origin: TestOrigin
const BAND = { band: 'r', emMinM: 5.5e-7, emMaxM: 7e-7, tMinMjd: 60_000, tMaxMjd: 60_010, instrument: 'Camera <1>' }
const OPEN = squareAt('open', 150, 2, 0.2, BAND)
const SECRET = squareAt('shared', 160, 2, 0.2, {
  collection: 'secret',
  tMaxMjd: 61_000,
  tMinMjd: 61_000,
  rights: { access: 'level3', release: 'dr1', owner: 'bob' },
})
const MOC = degrade(mocOfPolygon(12, OPEN.footprint), 9)
const MAP = 'ivo://skyedge.example/hips/test/r'

beforeAll(async () => {
  origin = await startTestOrigin()
  await origin.catalog.change({ files: [fileAt('/a.fits')], products: [OPEN, SECRET] })
  await putMapRecord(world(), 'test/r', MOC)
  await putMapRecord(world(), 'test/closed', MOC, { publicOrder: -1 })
  await putMapRecord(world(), 'test/copy', MOC, { made: 'mirrored' })
})
afterAll(() => origin?.end())

const world = () => ({ catalog: origin.catalog, dataFolder: origin.config.dataFolder })
const ask = async (query: string) => (await fetch(`${origin.url}/registry?${query}`)).text()
const idsOf = (text: string) => [...text.matchAll(/<header[^>]*>\s*<identifier>([^<]+)/g)].map(([, id]) => id)
const record = (id: string) => ask(`verb=GetRecord&metadataPrefix=ivo_vor&identifier=${encodeURIComponent(id)}`)
const REQUESTS = {
  identify: 'verb=Identify',
  formats: 'verb=ListMetadataFormats',
  sets: 'verb=ListSets',
  identifiers: 'verb=ListIdentifiers&metadataPrefix=ivo_vor',
  records: 'verb=ListRecords&metadataPrefix=ivo_vor&set=ivo_managed',
  dublin: 'verb=ListRecords&metadataPrefix=oai_dc',
  error: 'verb=GetRecord&metadataPrefix=ivo_vor&identifier=ivo://skyedge.example/none',
  malformed: 'verb=ListRecords&from=%3C',
}

const schemas = registrySchemas()

describe('the registry', () => {
  it('has the node, its services and its open data, and nothing that is hidden', async () => {
    const text = await ask('verb=ListRecords&metadataPrefix=ivo_vor')
    expect(
      idsOf(text)
        .map((id) => id.replace('ivo://skyedge.example', ''))
        .sort(),
    ).toEqual([
      '',
      '/dr1',
      '/dr1/test.square',
      '/hips/test/r',
      '/node/datalink',
      '/node/hips',
      '/node/organisation',
      '/node/registry',
      '/node/sia',
      '/node/soda',
      '/node/tap',
    ])
    expect(text).not.toMatch(/secret|closed|61000|test\/copy/)
  })

  it('describes a map by both of its endpoints, and what it covers', async () => {
    const text = await record(MAP)
    expect(text).toContain('standardID="ivo://ivoa.net/std/hips#hips-1.0"')
    expect(text).toContain(`<accessURL use="base">${origin.url}/hips/public/test/r</accessURL>`)
    expect(text).toMatch(
      /hips\/full\/test\/r<\/accessURL>\s*<securityMethod standardID="ivo:\/\/ivoa.net\/sso#BasicAA"\/>/,
    )
    expect(text).toContain('<temporal>60000 60001</temporal>')
    expect(text).toContain('<waveband>Optical</waveband>')
    expect(text).toContain('Light &amp; shade of &lt;the&gt; sky')
    expect(text).toMatch(
      /<relationshipType>IsServedBy<\/relationshipType>\s*<relatedResource ivo-id="ivo:\/\/skyedge.example\/node\/hips"/,
    )
    const footprint = /<footprint[^>]*>([^<]+)/.exec(text)?.[1] ?? ''
    expect((await fetch(footprint)).headers.get('content-type')).toBe('application/fits')
    // Photons of 550 to 700 nm, in joules.
    const [low, high] = /<spectral>([^<]+)/.exec(text)![1].split(' ').map(Number)
    expect(low).toBeCloseTo(2.8378e-19, 22)
    expect(high).toBeCloseTo(3.6117e-19, 22)
  })

  it('resolves what stands before the ? of a publisher DID', async () => {
    const text = await record(OPEN.publisherDid.split('?')[0])
    expect(text).toContain('xsi:type="vs:CatalogResource"')
    expect(text).toContain('<instrument>Camera &lt;1&gt;</instrument>')
  })

  it('answers by POST as by GET', async () => {
    const answer = await fetch(`${origin.url}/registry`, {
      method: 'POST',
      body: new URLSearchParams({ verb: 'ListSets' }),
    })
    expect(answer.headers.get('content-type')).toBe('text/xml; charset=utf-8')
    expect(await answer.text()).toBe(await ask('verb=ListSets'))
    const split = await fetch(`${origin.url}/registry?verb=ListSets`, {
      method: 'POST',
      body: new URLSearchParams({ verb: 'Identify' }),
    })
    expect(await split.text()).toContain('badVerb')
  })

  it('dates a record by its last change, and remembers one that is gone', async () => {
    const before = origin.now
    const listed = async (from: number) =>
      idsOf(await ask(`verb=ListIdentifiers&metadataPrefix=ivo_vor&from=${new Date(from).toISOString().slice(0, 19)}Z`))
    expect(await listed(before + 1000)).toEqual([])
    origin.now += 3_600_000
    expect(await listed(before + 1000)).toEqual([])
    await putMapRecord(world(), 'test/r', MOC, { title: 'Another title', generation: 'g2' })
    const changed = await listed(before + 1000)
    expect(changed).toContain(MAP)
    expect(changed).not.toContain('ivo://skyedge.example/node/tap')
    origin.now += 3_600_000
    await origin.catalog.removeMap('test/r')
    const text = await ask(
      `verb=ListRecords&metadataPrefix=ivo_vor&from=${new Date(origin.now).toISOString().slice(0, 19)}Z`,
    )
    expect(text).toMatch(/<header status="deleted">\s*<identifier>ivo:\/\/skyedge.example\/hips\/test\/r</)
    await putMapRecord(world(), 'test/r', MOC, { generation: 'g3' })
    const back = await record(MAP)
    expect(back).toContain(`created="${new Date(before).toISOString().slice(0, 19)}Z"`)
    expect(back).toContain(`updated="${new Date(origin.now).toISOString().slice(0, 19)}Z"`)
  })

  it.skipIf(!schemas.found)(
    schemas.says('is valid by the schemas of OAI-PMH, VOResource, VODataService and their extensions'),
    { timeout: 60_000 },
    async () => {
      const wrong: Record<string, string[]> = {}
      for (const [name, query] of Object.entries({ ...REQUESTS, broken: REQUESTS.records })) {
        const file = join(origin.config.dataFolder, `${name}.xml`)
        const text = await ask(query)
        writeFileSync(file, name === 'broken' ? text.replaceAll('managedAuthority', 'mangledAuthority') : text)
        wrong[name] = await schemaErrors(file)
      }
      expect(wrong.broken.join()).toContain('mangledAuthority')
      delete wrong.broken
      expect(wrong).toEqual(Object.fromEntries(Object.keys(REQUESTS).map((name) => [name, []])))
    },
  )

  const pyvo = python('pyvo', 'astropy')
  it.skipIf(!pyvo.found)(pyvo.says('has capabilities that pyvo reads'), async () => {
    const file = join(origin.config.dataFolder, 'records.xml')
    writeFileSync(file, await ask(REQUESTS.records))
    const script = `
import io, re, sys, warnings; warnings.simplefilter('ignore')
from pyvo.io.vosi import parse_capabilities
text = open(sys.argv[1]).read()
for record in re.findall(r'<ri:Resource.*?</ri:Resource>', text, re.S):
    caps = ''.join(c for c in re.findall(r'<capability.*?</capability>', record, re.S) if 'vg:Harvest' not in c)
    spaces = ' '.join(re.findall(r'xmlns:v[rs]="[^"]*"|xmlns:xsi="[^"]*"', record)[:3])
    doc = '<vosi:capabilities xmlns:vosi="http://www.ivoa.net/xml/VOSICapabilities/v1.0" ' + spaces + '>' + caps + '</vosi:capabilities>'
    for cap in parse_capabilities(io.BytesIO(doc.encode())):
        print(cap.standardid, [u.content.strip() for i in cap.interfaces for u in i.accessurls])`
    const { stdout, stderr } = spawnSync(PYTHON, ['-c', script, file], { encoding: 'utf8' })
    expect(stderr).toBe('')
    for (const line of [
      `ivo://ivoa.net/std/TAP ['${origin.url}/tap']`,
      `ivo://ivoa.net/std/SIA#query-2.0 ['${origin.url}/sia/query']`,
      `ivo://ivoa.net/std/SODA#sync-1.0 ['${origin.url}/soda/sync']`,
      `ivo://ivoa.net/std/DataLink#links-1.1 ['${origin.url}/datalink/links']`,
      `ivo://ivoa.net/std/hips#hipslist-1.0 ['${origin.url}/hipslist']`,
      `ivo://ivoa.net/std/hips#hips-1.0 ['${origin.url}/hips/public/test/r']`,
    ])
      expect(stdout).toContain(line)
  })
})

describe('the list of maps', () => {
  const list = async (path: string, headers: Record<string, string> = {}) =>
    (await (await fetch(origin.url + path, { headers })).text()).match(
      /(?<=hips_service_url +=).*|(?<=hips_status +=).*/g,
    )
  const lines = (...tiers: ('public' | 'full')[]) =>
    tiers.flatMap((tier) => [
      ` ${origin.url}/hips/${tier}/test/r`,
      tier === 'public' ? ' public master clonableOnce' : ' private master unclonable',
    ])

  it('has what its reader can open, and both endpoints for those who collect lists', async () => {
    await origin.catalog.removeMap('test/copy')
    await origin.catalog.removeMap('test/closed')
    expect(await list('/hipslist')).toEqual(lines('public'))
    expect(await list('/hipslist/all')).toEqual(lines('public', 'full'))
    const ann = { authorization: `Bearer ${await origin.token({ user: 'ann', dataRights: ['dr1'] })}` }
    expect(await list('/hipslist', ann)).toEqual(lines('public', 'full'))
    expect((await fetch(`${origin.url}/hipslist`, { headers: ann })).headers.get('cache-control')).toContain('private')
    const text = await (await fetch(`${origin.url}/hipslist`)).text()
    expect(text).toContain(`moc_access_url       = ${origin.url}/moc/map/test/r.fits`)
  })
})
