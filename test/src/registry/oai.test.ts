import { describe, expect, it } from 'vitest'
import { hear, type OaiRecord, oaiAnswer, type ResourceRecord } from '#src/registry'

const DAY = 86_400_000
const FIRST = Date.UTC(2027, 0, 1)

const record = (id: string): ResourceRecord => ({
  id,
  type: 'vs:CatalogResource',
  title: `Title of ${id} <&>`,
  publisher: { name: 'P' },
  creator: { name: 'C' },
  contact: { name: 'N', email: 'n@sky.example' },
  subjects: ['sky-surveys'],
  description: 'D',
  referenceUrl: 'https://sky.example/',
  contentType: 'Survey',
})
const dated = (id: string, day: number, gone = false): OaiRecord => ({
  id,
  createdMs: FIRST,
  updatedMs: FIRST + day * DAY + 12_345_678,
  ...(!gone && { record: record(id) }),
})
const RECORDS = [3, 1, 2, 1, 5, 4].map((day, i) => dated(`ivo://sky.example/r${i}`, day, i === 4))

const ask = (query: string | [string, string][], pageSize = 100, records: readonly OaiRecord[] = RECORDS) =>
  oaiAnswer(typeof query === 'string' ? [...new URLSearchParams(query)] : query, {
    name: 'R',
    baseUrl: 'https://sky.example/registry',
    adminEmail: 'n@sky.example',
    registryId: 'ivo://sky.example/r0',
    records,
    pageSize,
    nowMs: FIRST + 9 * DAY,
  })
const errorsOf = (document: string) => [...document.matchAll(/<error code="(\w+)"/g)].map(([, code]) => code)
const idsOf = (document: string) =>
  [...document.matchAll(/<header[^>]*>\s*<identifier>([^<]+)/g)].map(([, id]) => id.slice(-2))
const tokenIn = (document: string) => /<resumptionToken[^>]*>([^<]+)</.exec(document)?.[1]

describe('the errors of OAI-PMH', () => {
  it.each([
    ['', 'badVerb'],
    ['verb=', 'badVerb'],
    ['verb=Harvest', 'badVerb'],
    ['verb=toString', 'badVerb'],
    ['verb=Identify&verb=Identify', 'badVerb'],
    ['verb=Identify&set=ivo_managed', 'badArgument'],
    ['verb=ListRecords', 'badArgument'],
    ['verb=GetRecord&identifier=ivo://sky.example/r0', 'badArgument'],
    ['verb=GetRecord&metadataPrefix=oai_dc', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=2027-02-30', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=yesterday', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=2027-01-01T00:00Z', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=2027-01-01T00:00:00%2B01:00', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=2027-01-01&until=2027-01-02T00:00:00Z', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=2027-01-03&until=2027-01-02', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&set=a%20b', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=%3Cx%3E', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x', 'badArgument'],
    [`verb=GetRecord&metadataPrefix=oai_dc&identifier=${'x'.repeat(1001)}`, 'badArgument'],
    ['verb=ListRecords&metadataPrefix=marc21', 'cannotDisseminateFormat'],
    ['verb=GetRecord&metadataPrefix=marc21&identifier=ivo://sky.example/r0', 'cannotDisseminateFormat'],
    ['verb=GetRecord&metadataPrefix=oai_dc&identifier=ivo://sky.example/nothing', 'idDoesNotExist'],
    ['verb=ListMetadataFormats&identifier=ivo://sky.example/nothing', 'idDoesNotExist'],
    ['verb=ListRecords&metadataPrefix=oai_dc&set=other', 'noRecordsMatch'],
    ['verb=ListRecords&metadataPrefix=oai_dc&from=2027-02-01', 'noRecordsMatch'],
    ['verb=ListRecords&metadataPrefix=oai_dc&until=2026-12-31', 'noRecordsMatch'],
    ['verb=ListRecords&resumptionToken=x', 'badResumptionToken'],
    ['verb=ListIdentifiers&resumptionToken=', 'badResumptionToken'],
    [`verb=ListRecords&resumptionToken=${btoa('1 ivo_vor - - 0 0 javascript:alert(1)')}`, 'badResumptionToken'],
    [`verb=ListRecords&resumptionToken=${btoa('2 ivo_vor - - 0 0 ivo://sky.example/r0')}`, 'badResumptionToken'],
    ['verb=ListSets&resumptionToken=x', 'badResumptionToken'],
  ])('%.100s is %s', (query, code) => {
    const document = ask(query)
    expect([...new Set(errorsOf(document))]).toEqual([code])
    expect(document).not.toMatch(/<(?:Identify|List|Get|record)/)
  })

  it('come together, and repeat nothing that is malformed', () => {
    const document = ask('verb=ListRecords&from=x&until=y&<red>=colour')
    expect(errorsOf(document)).toEqual(['badArgument', 'badArgument', 'badArgument', 'badArgument'])
    expect(document).toContain('<request>https://sky.example/registry</request>')
    expect(document).toContain('&lt;red&gt;')
  })

  it('are as many as can be read of a thousand arguments', () => {
    const pairs = Array.from({ length: 1000 }, (_, i): [string, string] => [`a${i}`, 'x'])
    expect(hear([['verb', 'Identify'], ...pairs]).errors).toHaveLength(10)
  })
})

describe('lists', () => {
  it('are in the order of their dates, with those that are gone', () => {
    const document = ask('verb=ListIdentifiers&metadataPrefix=ivo_vor')
    expect(idsOf(document)).toEqual(['r1', 'r3', 'r2', 'r0', 'r5', 'r4'])
    expect(document.match(/<header status="deleted">\s*<identifier>ivo:\/\/sky.example\/r4</g)).toHaveLength(1)
    expect(document).not.toContain('resumptionToken')
    const records = ask('verb=ListRecords&metadataPrefix=ivo_vor')
    expect(records.match(/<metadata>/g)).toHaveLength(5)
    expect(records).toContain('Title of ivo://sky.example/r0 &lt;&amp;&gt;')
  })

  it.each([
    ['from=2027-01-03', ['r2', 'r0', 'r5', 'r4']],
    ['until=2027-01-03', ['r1', 'r3', 'r2']],
    ['from=2027-01-03&until=2027-01-04', ['r2', 'r0']],
    ['from=2027-01-03T03:25:45Z&until=2027-01-03T03:25:45Z', ['r2']],
    ['from=2027-01-03T03:25:46Z&set=ivo_managed', ['r0', 'r5', 'r4']],
  ])('%s are those of that time, both ends among them', (query, ids) => {
    expect(idsOf(ask(`verb=ListIdentifiers&metadataPrefix=oai_dc&${query}`))).toEqual(ids)
  })

  it('come in pages, the last with an empty token', () => {
    const seen: string[] = []
    let document = ask('verb=ListRecords&metadataPrefix=oai_dc&from=2027-01-02', 4)
    seen.push(...idsOf(document))
    expect(document).toContain('<resumptionToken completeListSize="6" cursor="0">')
    document = ask(`verb=ListRecords&resumptionToken=${tokenIn(document)}`, 4)
    seen.push(...idsOf(document))
    expect(document).toContain('<resumptionToken completeListSize="6" cursor="4"/>')
    expect(seen).toEqual(['r1', 'r3', 'r2', 'r0', 'r5', 'r4'])
    expect(document).toContain('<oai_dc:dc')
  })

  it('miss nothing that changes between two pages', () => {
    const token = tokenIn(ask('verb=ListIdentifiers&metadataPrefix=oai_dc', 3))
    const changed = RECORDS.map((one) => (one.id.endsWith('r1') ? { ...one, updatedMs: FIRST + 8 * DAY } : one))
    expect(idsOf(ask(`verb=ListIdentifiers&resumptionToken=${token}`, 100, changed))).toEqual(['r0', 'r5', 'r4', 'r1'])
  })
})

describe('one record', () => {
  it('is found by its identifier in any case', () => {
    expect(idsOf(ask('verb=GetRecord&metadataPrefix=ivo_vor&identifier=IVO://SKY.example/R2'))).toEqual(['r2'])
  })

  it('that is gone has a header and nothing else', () => {
    const document = ask('verb=GetRecord&metadataPrefix=ivo_vor&identifier=ivo://sky.example/r4')
    expect(document).toContain('status="deleted"')
    expect(document).not.toContain('<metadata>')
  })
})

describe('the repository', () => {
  it('tells of itself with its own record, and since when', () => {
    const document = ask('verb=Identify')
    expect(document).toContain('<earliestDatestamp>2027-01-02T03:25:45Z</earliestDatestamp>')
    expect(document).toContain('<deletedRecord>persistent</deletedRecord>')
    expect(document).toMatch(/<description>\s*<ri:Resource[\s\S]*ivo:\/\/sky.example\/r0/)
  })
  it('has one set and two formats', () => {
    expect(ask('verb=ListSets')).toContain('<setSpec>ivo_managed</setSpec>')
    const document = ask('verb=ListMetadataFormats&identifier=ivo://sky.example/r0')
    expect([...document.matchAll(/<metadataPrefix>(\w+)/g)].map(([, name]) => name)).toEqual(['ivo_vor', 'oai_dc'])
  })
})
