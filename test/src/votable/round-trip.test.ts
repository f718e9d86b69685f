import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import {
  type Cell,
  type Field,
  type ReadField,
  type Serialization,
  VotableReader,
  votableDocument,
  votableError,
  votableTail,
  votableWriter,
} from '#src/votable'
import { element } from '#src/xml'
import { command, shared, sharedFile } from '../../support/optional.ts'

const FIELDS: readonly Field[] = [
  { name: 'a "b" <c>', datatype: 'char', arraysize: '*', description: 'text & more' },
  { name: 'long', datatype: 'long' },
  { name: 'int', datatype: 'int' },
  { name: 'short', datatype: 'short' },
  { name: 'byte', datatype: 'unsignedByte' },
  { name: 'truth', datatype: 'boolean' },
  { name: 'float', datatype: 'float', unit: 'Jy', ucd: 'phot.flux' },
  { name: 'double', datatype: 'double', utype: 'x:y.z' },
  { name: 'point', datatype: 'double', arraysize: '2', xtype: 'point' },
  { name: 'numbers', datatype: 'int', arraysize: '*' },
  { name: 'wide', datatype: 'unicodeChar', arraysize: '*' },
  { name: 'code', datatype: 'char', arraysize: '4' },
]

/** Reads a document in pieces of a size. */
function read(document: Uint8Array, size = document.length) {
  let fields: readonly ReadField[] = []
  const rows: (readonly Cell[])[] = []
  const reader = new VotableReader({
    fields(given) {
      fields = given
    },
    row: (cells) => rows.push(cells),
  })
  for (let at = 0; at < document.length; at += size) reader.push(document.subarray(at, at + size))
  expect(reader.end()).toBe(rows.length)
  return { fields, rows }
}

const ascii = fc.string({ unit: 'grapheme-ascii', minLength: 1 })
// What XML cannot hold becomes U+FFFD, line ends are one: neither is asked for here.
const unicode = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .filter((text) => !/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(text))
const none = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 5 })
const finite = fc.double({ noNaN: true, noDefaultInfinity: false }).map((value) => (Object.is(value, -0) ? 0 : value))
const row = fc.tuple(
  none(ascii),
  none(
    fc
      .bigInt(-(2n ** 63n), 2n ** 63n - 1n)
      .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value)),
  ),
  none(fc.integer()),
  none(fc.integer({ min: -32768, max: 32767 })),
  none(fc.nat(255)),
  none(fc.boolean()),
  none(fc.float({ noNaN: true }).map((value) => (Object.is(value, -0) ? 0 : value))),
  none(finite),
  none(fc.tuple(fc.integer(), fc.integer()).map((pair) => pair.join(' '))),
  none(fc.array(fc.integer(), { minLength: 1 }).map((values) => values.join(' '))),
  none(unicode),
  none(fc.string({ unit: fc.constantFrom('a', 'Z', '9', '<'), minLength: 1, maxLength: 4 })),
)

describe('a VOTable that is written and read', () => {
  for (const serialization of ['TABLEDATA', 'BINARY2'] as const)
    it(`keeps every cell and every field in ${serialization}, in pieces of any length`, () => {
      fc.assert(
        fc.property(fc.array(row, { maxLength: 20 }), fc.integer({ min: 1, max: 300 }), (rows, size) => {
          const back = read(votableDocument({ fields: FIELDS, serialization }, rows), size)
          expect(back.rows).toEqual(rows)
          const { name, datatype, arraysize, unit, ucd, utype } = back.fields[6]
          expect({ name, datatype, arraysize, unit, ucd, utype }).toEqual({
            name: 'float',
            datatype: 'float',
            arraysize: undefined,
            unit: 'Jy',
            ucd: 'phot.flux',
            utype: undefined,
          })
          expect(back.fields[0].name).toBe('a "b" <c>')
          expect(back.fields[0].description).toBe('text & more')
        }),
        { numRuns: 60 },
      )
    })

  it('takes the forms that databases give: numbers as text, truth as 0 and 1 or t and f, lists', () => {
    const forms: Cell[] = [
      'x',
      '-9007199254740993',
      '7',
      7n,
      '255',
      't',
      'Infinity',
      '1.5',
      [1, 2],
      '{1,2,3}',
      'é',
      'ab',
    ]
    for (const serialization of ['TABLEDATA', 'BINARY2'] as const)
      expect(read(votableDocument({ fields: FIELDS, serialization }, [forms])).rows[0]).toEqual([
        'x',
        -9007199254740993n,
        7,
        7,
        255,
        true,
        Infinity,
        1.5,
        '1 2',
        '1 2 3',
        'é',
        'ab',
      ])
  })

  it('refuses a whole number that its type cannot hold', () => {
    const writer = votableWriter({ fields: [{ name: 'n', datatype: 'int' }], serialization: 'BINARY2' })
    expect(() => writer.row([3_000_000_000])).toThrow('n is int, got 3000000000')
    writer.row([5])
    expect(read(writer.finish({ overflow: false })).rows).toEqual([[5]])
  })

  it('can be closed by its tail wherever the writer said it was whole', () => {
    for (const serialization of ['TABLEDATA', 'BINARY2'] as const) {
      const options = { fields: FIELDS.slice(0, 2), serialization }
      const writer = votableWriter(options)
      let rows = 0
      do writer.row([`row ${'x'.repeat(rows++)}`, rows])
      while (!writer.whole || rows < 5)
      const tail = new TextEncoder().encode(votableTail(options, { error: 'it broke' }))
      const document = Buffer.concat([writer.take(), tail])
      expect(read(document).rows).toHaveLength(rows)
      expect(document.toString()).toContain('<INFO name="QUERY_STATUS" value="ERROR">it broke</INFO>')
    }
  })

  it('reads BINARY as STILTS writes it, and the numbers that stand for none', () => {
    const document = `<?xml version='1.0'?><!-- a comment <TD> --><v:VOTABLE version="1.3" xmlns:v="http://www.ivoa.net/xml/VOTable/v1.3">
      <v:RESOURCE><v:TABLE><v:FIELD name="i" datatype="short"><v:VALUES null="-1"/></v:FIELD><v:FIELD ID="s" datatype="char" arraysize="2"/>
      <v:DATA><v:BINARY><v:STREAM encoding='base64'>
      AAVh<!-- within -->
      Yv//YwA=
      </v:STREAM></v:BINARY></v:DATA></v:TABLE></v:RESOURCE></v:VOTABLE>`
    for (const size of [1, 7, 10_000])
      expect(read(new TextEncoder().encode(document), size).rows).toEqual([
        [5, 'ab'],
        [null, 'c'],
      ])
  })

  it('reads a long stream without keeping its text', () => {
    const fields: Field[] = [{ name: 'x', datatype: 'double' }]
    const rows = Array.from({ length: 300_000 }, (_, i) => [i / 7])
    const document = votableDocument({ fields, serialization: 'BINARY2' }, rows)
    let sum = 0
    const reader = new VotableReader({ fields() {}, row: ([x]) => (sum += x as number) })
    for (let at = 0; at < document.length; at += 65536) reader.push(document.subarray(at, at + 65536))
    expect(reader.end()).toBe(300_000)
    expect(sum).toBeCloseTo((299_999 * 300_000) / 14, 0)
  })
})

describe('VOTable documents', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-votable-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const rows: (readonly Cell[])[] = [
    ['x < "y" & z\u0001', 9007199254740993n, -5, '32767', 255, 't', 0.5, '1.5', '1 2', '1 2 3', 'é€', 'abc'],
    FIELDS.map(() => null),
    ['', 0, 0, 0, 0, 0, Number.NaN, -Infinity, [3, 4], [7], 'x', ''],
  ]
  const infos = [{ name: 'QUERY', value: 'SELECT <*> FROM "x"', text: 'as & asked' }]
  const after = [
    element(
      'RESOURCE',
      { type: 'meta', utype: 'adhoc:service' },
      element('PARAM', { name: 'standardID', datatype: 'char', arraysize: '*', value: 'ivo://x' }),
    ),
  ]
  const documents: Record<string, string | Uint8Array> = { error: votableError('there is no <such> column', { infos }) }
  for (const serialization of ['TABLEDATA', 'BINARY2'] satisfies Serialization[])
    for (const overflow of [false, true])
      documents[`${serialization}-${overflow}`] = votableDocument(
        { fields: FIELDS, serialization, infos, after, description: 'a & b', name: 'result' },
        rows,
        { overflow },
      )

  const stilts = command('stilts')
  it.skipIf(!stilts.found)(stilts.says('have nothing that votlint complains of'), () => {
    for (const [name, document] of Object.entries(documents)) {
      const path = join(folder, `${name}.vot`)
      writeFileSync(path, document)
      const { stdout, stderr } = spawnSync('stilts', ['votlint', `votable=${path}`], { encoding: 'utf8' })
      expect(`${stdout}${stderr}`.match(/^(?:ERROR|WARNING).*/gm) ?? [], name).toEqual([])
    }
  })

  const schema = sharedFile('conformance/xmllint_xsd.sh')
  it.skipIf(!schema.found || !stilts.found)(schema.says('are valid against the schema of VOTable 1.4'), () => {
    const paths = Object.entries(documents).map(([name, document]) => {
      const path = join(folder, `${name}.vot`)
      writeFileSync(path, document)
      return path
    })
    const { status, stdout } = spawnSync(shared('conformance/xmllint_xsd.sh'), paths, { encoding: 'utf8' })
    expect(stdout).not.toContain('fails')
    expect(status).toBe(0)
  })

  it('say how it ended, after the table', () => {
    const text = new TextDecoder().decode(documents['TABLEDATA-true'] as Uint8Array)
    expect(text.indexOf('value="OVERFLOW"')).toBeGreaterThan(text.indexOf('</TABLE>'))
    expect(text.indexOf('value="OK"')).toBeLessThan(text.indexOf('<TABLE'))
    expect(text.indexOf('adhoc:service')).toBeGreaterThan(text.indexOf('</RESOURCE>'))
  })
})
