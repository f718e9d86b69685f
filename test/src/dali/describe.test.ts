import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  allowedMethods,
  boolean,
  capabilityParams,
  choice,
  DaliError,
  dalFaultText,
  faultDocument,
  integer,
  maxrec,
  param,
  parseRequest,
  real,
  requestPairs,
  rowsOf,
  type Service,
  service,
  serviceDescriptor,
  uploadParam,
  uploadsOf,
} from '#src/dali'
import { apiDescription, datalink, ENDPOINTS, servicesDoc, sia, soda, tap } from '#src/services'
import { printElement } from '#src/xml'

const SERVICES: Record<string, Service> = { sia, soda, tap, datalink } as never
const PATHS: Record<string, string> = {
  sia: '/sia/query',
  soda: '/soda/sync',
  tap: '/tap/sync',
  datalink: '/datalink/links',
}
// biome-ignore lint/suspicious/noExplicitAny: a document of many shapes
const api = apiDescription('https://node.example', '1.2.3') as any

describe('every parameter that is accepted', () => {
  it.each(Object.keys(SERVICES))('of %s stands in OpenAPI, in the form, the descriptor and the capability', (name) => {
    const known = Object.keys(SERVICES[name].params)
    const { get, post } = api.paths[PATHS[name]]
    expect(get.parameters.map((one: { name: string }) => one.name)).toEqual(known)
    for (const { schema } of Object.values<{ schema: object }>(post.requestBody.content))
      expect(schema).toMatchObject({ properties: Object.fromEntries(known.map((one) => [one, {}])) })
    const declared = capabilityParams(SERVICES[name]).map((one) => printElement(one))
    for (const [i, one] of known.entries()) expect(declared[i]).toContain(`<name>${one}</name>`)
    const described = printElement(
      serviceDescriptor(SERVICES[name], { accessUrl: 'https://node.example', only: known }),
    )
    for (const one of known) expect(described).toContain(`name="${one}"`)
  })

  it.each(Object.keys(SERVICES))('of %s has examples that are taken', (name) => {
    for (const { literal, examples = [], default: usual, name: own } of Object.values(SERVICES[name].params))
      for (const text of [...examples, ...(usual === undefined ? [] : [usual])])
        expect(() => literal.parse(text, own), `${own}=${text}`).not.toThrow()
  })

  it('stands in docs/services.md, which is up to date', () => {
    const path = resolve(import.meta.dirname, '../../../docs/services.md')
    expect(readFileSync(path, 'utf8'), 'run node scripts/services-doc.ts').toBe(servicesDoc())
  })
})

describe('OpenAPI', () => {
  it('has operations with names of their own, known tags and every part of their paths', () => {
    const operations = Object.values<Record<string, { operationId: string; tags: string[] }>>(api.paths).flatMap(
      (path) => Object.values(path),
    )
    const ids = operations.map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    const tags = api.tags.map(({ name }: { name: string }) => name)
    for (const operation of operations) expect(tags).toContain(operation.tags[0])
    for (const { path, inPath = {} } of ENDPOINTS)
      expect([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)).toEqual(Object.keys(inPath))
  })

  it('tells of a range where the literal keeps to it, and of every status of a fault', () => {
    const { get } = api.paths['/sia/query']
    const of = (name: string) => get.parameters.find((one: { name: string }) => one.name === name)
    expect(of('CALIB').schema).toMatchObject({ type: 'array', items: { type: 'integer', minimum: 0, maximum: 4 } })
    expect(of('POL').schema.items.enum).toContain('I')
    expect(of('DPTYPE').schema.items.enum).toBeUndefined()
    expect(Object.keys(get.responses)).toEqual(
      expect.arrayContaining(['200', '400', '401', '413', '500', '503', '504']),
    )
  })

  it('knows which methods an address takes', () => {
    expect(allowedMethods(ENDPOINTS, '/sia/query')).toEqual(['GET', 'HEAD', 'POST', 'OPTIONS'])
    expect(allowedMethods(ENDPOINTS, '/tap/async/abc')).toEqual(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'])
    expect(allowedMethods(ENDPOINTS, '/tap/async//results')).toBeUndefined()
    expect(allowedMethods(ENDPOINTS, '/nothing')).toBeUndefined()
  })
})

const LIMITS = { default: 10, max: 100 }
const stars = service({
  standardId: 'ivo://example.org/stars',
  params: {
    SIZE: param('SIZE', real({ min: 0, max: 5 }), { unit: 'deg', description: 'How large.' }),
    BEST: param('BEST', integer({ min: 1 }), { repeats: true, description: 'Which.' }),
    KIND: param('KIND', choice(['red', 'blue'], { anyCase: true }), { description: 'What kind.' }),
    ALL: param('ALL', boolean, { description: 'All of it.' }),
    MAXREC: maxrec(LIMITS),
    UPLOAD: uploadParam(),
  },
  maxPairs: 4,
})

describe('a service', () => {
  it.each<[string, [string, string][], string]>([
    ['a number beyond its range', [['size', '5.1']], 'SIZE needs a number of 0 to 5, got 5.1'],
    ['a number below its range', [['Best', '0']], 'BEST needs a number of at least 1, got 0'],
    ['half a number', [['BEST', '1.5']], 'BEST needs a whole number, got "1.5"'],
    ['an option that is none', [['KIND', 'green']], 'KIND is one of red, blue, got "green"'],
    ['a truth value that is none', [['ALL', 'yes']], 'ALL needs true or false, got "yes"'],
    ['a negative MAXREC', [['MAXREC', '-1']], 'MAXREC needs a number of at least 0, got -1'],
    [
      'a second value',
      [
        ['SIZE', '1'],
        ['SIZE', '2'],
      ],
      'SIZE takes one value',
    ],
    ['too many pairs', Array.from({ length: 5 }, () => ['BEST', '1']), 'more than 4 parameters'],
    ['an upload from elsewhere', [['UPLOAD', 'a,http://10.0.0.1/x']], 'URIs of the scheme param are taken'],
    ['an upload without a name', [['UPLOAD', '1a,param:x']], "UPLOAD needs a table's name, a comma and a URI"],
  ])('refuses %s', (_, pairs, message) => {
    expect(() => parseRequest(stars, pairs)).toThrow(message)
  })

  it('reads values, and writes them in their one spelling', () => {
    const values = parseRequest(stars, [
      ['kind', 'RED'],
      ['best', '+07'],
      ['best', '2'],
      ['all', 'T'],
    ])
    expect(requestPairs(stars, values)).toEqual([
      ['BEST', '7'],
      ['BEST', '2'],
      ['KIND', 'red'],
      ['ALL', 'true'],
    ])
    expect([rowsOf([], LIMITS), rowsOf([0], LIMITS), rowsOf([1e6], LIMITS)]).toEqual([10, 0, 100])
  })

  it('takes several uploads, each under a name of its own', () => {
    const { UPLOAD } = parseRequest(stars, [
      ['UPLOAD', 'a,param:x;b,param:y'],
      ['upload', 'c,param:x'],
    ])
    expect(uploadsOf(UPLOAD).map(({ name, part }) => [name, part])).toEqual([
      ['a', 'x'],
      ['b', 'y'],
      ['c', 'x'],
    ])
    expect(() => uploadsOf([UPLOAD[0], [{ name: 'A', uri: 'param:z' }]])).toThrow('names two tables "A"')
  })

  it('is described with the ranges of one dataset', () => {
    const text = printElement(
      serviceDescriptor(stars, {
        accessUrl: 'https://node.example/stars?x=1&y=2',
        id: 'stars',
        params: { SIZE: { max: '2' }, BEST: { ref: 'col' }, KIND: { value: 'red', options: ['red'] } },
      }),
    )
    expect(text).toContain('<RESOURCE type="meta" utype="adhoc:service" ID="stars">')
    expect(text).toMatch(
      /name="SIZE" datatype="double" unit="deg" value="">[\s\S]*<MIN value="0"\/>\s*<MAX value="2"\/>/,
    )
    expect(text).toContain('name="BEST" datatype="int" ref="col" value=""')
    expect(text).toMatch(/name="KIND"[^>]*value="red">[\s\S]*<OPTION value="red"\/>\s*<\/VALUES>/)
    expect(text).toContain('value="https://node.example/stars?x=1&amp;y=2"')
  })
})

describe('faults', () => {
  it('are VOTables, plain text or SODA text, and say nothing of what broke inside', () => {
    const fault = new DaliError('not-found', 'no star is called "X\n<y>"')
    expect(faultDocument(fault, 'votable')).toMatchObject({ status: 404, contentType: 'application/x-votable+xml' })
    expect(faultDocument(fault, 'votable').body).toContain('NotFoundFault: no star is called "X &lt;y&gt;"')
    expect(faultDocument(fault, 'text').body).toBe('NotFoundFault: no star is called "X <y>"\n')
    expect(faultDocument(fault, 'soda').body).toBe('UsageError: no star is called "X <y>"\n')
    expect(dalFaultText(new Error('/secret/path'))).toBe('FatalFault: internal error')
    expect(dalFaultText(new DaliError('overloaded', 'too many at once'))).toBe('TransientFault: too many at once')
  })
})
