import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emit, parseAdql, resolveAdql } from '#src/adql'
import { type Cell, type Field, votableDocument } from '#src/votable'
import type { QueryRunner } from '../../../origin/query/query.ts'
import { withUploads } from '../../../origin/query/uploads.ts'
import { bytesOf, runnerOf, STORES, within } from '../../support/query-stores.ts'

const FIELDS: readonly Field[] = [
  { name: 'ID "x"; DROP TABLE numbers; --', datatype: 'long' },
  { name: 'größe in μm', datatype: 'double', unit: 'um', ucd: 'phys.size' },
  { name: 'select', datatype: 'char', arraysize: '*' },
  { name: 'small', datatype: 'unsignedByte' },
  { name: 'flag', datatype: 'boolean' },
  { name: 'f', datatype: 'float' },
  { name: 'at', datatype: 'char', arraysize: '*', xtype: 'timestamp' },
  { name: 'outline', datatype: 'double', arraysize: '*', xtype: 'polygon' },
  { name: 'wide', datatype: 'unicodeChar', arraysize: '*' },
]
const CELLS: readonly (readonly Cell[])[] = [
  [9007199254740993n, 0.1, `it's "so"`, 255, true, 0.25, '2026-01-02T03:04:05', '1 2 3 4 5 6', 'é€𝕏'],
  [-9223372036854775808n, -1e300, 'a\tb\\N\nc', 0, false, 1.5, null, null, null],
  FIELDS.map(() => null),
]

for (const { kind, optional, make } of STORES)
  describe.skipIf(!optional.found)(optional.says(`uploads on ${kind}`), () => {
    const folder = mkdtempSync(join(tmpdir(), 'skyedge-uploads-'))
    let remove: () => Promise<void>
    let runner: QueryRunner
    beforeAll(async () => {
      const made = await make()
      remove = made.remove
      runner = runnerOf(made.store, { tempFolder: folder, uploads: { bytes: 4e6, rows: 30_000, columns: 40 } })
    })
    afterAll(async () => {
      await runner.close()
      await remove()
      rmSync(folder, { recursive: true })
    })

    const none = { table: () => expect.fail('only uploads are asked for') }

    /** Uploads a document as `t` and asks ADQL of it. */
    const ask = (document: Uint8Array | string, adql: string) =>
      within(runner, async (session) => {
        async function* body() {
          yield typeof document === 'string' ? new TextEncoder().encode(document) : document
        }
        const table = await session.upload('t', body())
        const bound = resolveAdql(parseAdql(adql), { tables: [], uploads: [table] })
        const sql = emit(bound, kind, withUploads(kind, none), { maxrec: 100_000 })
        const answer = await session.run({ sql, fields: bound.fields, maxrec: 100_000, format: 'json' })
        return JSON.parse((await bytesOf(answer.body)).toString().replace(/(-?\d{16,})/g, '"$1"')) as {
          metadata: Field[]
          data: unknown[][]
        }
      })

    for (const serialization of ['TABLEDATA', 'BINARY2'] as const)
      it(`keep every value and every name of a table in ${serialization}`, async () => {
        const { metadata, data } = await ask(
          votableDocument({ fields: FIELDS, serialization }, CELLS),
          'SELECT * FROM TAP_UPLOAD.t ORDER BY small DESC',
        )
        expect(metadata.map(({ name, unit, ucd, xtype }) => ({ name, unit, ucd, xtype }))).toEqual(
          FIELDS.map(({ name, unit, ucd, xtype }) => ({ name, unit, ucd, xtype })),
        )
        const first = data.find((row) => row[3] === 255)
        expect(first?.slice(0, 7)).toEqual([
          '9007199254740993',
          0.1,
          `it's "so"`,
          255,
          true,
          0.25,
          '2026-01-02T03:04:05',
        ])
        expect(first?.[8]).toBe('é€𝕏')
        const second = data.find((row) => row[3] === 0)
        expect(second?.slice(0, 3)).toEqual(['-9223372036854775808', -1e300, 'a\tb\\N\nc'])
        expect(data).toContainEqual(FIELDS.map(() => null))
      })

    it('belong to their session only', async () => {
      const document = votableDocument({ fields: [{ name: 'a', datatype: 'int' }] }, [[1]])
      await ask(document, 'SELECT a FROM TAP_UPLOAD.t')
      const physical = kind === 'sqlite' ? 'temp.tap_upload_t' : 'pg_temp.tap_upload_t'
      for (let i = 0; i < 4; i++)
        await expect(
          within(runner, (session) =>
            session.run({
              sql: { text: `SELECT c0 FROM ${physical}`, params: [] },
              fields: [{ name: 'a', datatype: 'int' }],
              maxrec: 1,
              format: 'csv',
            }),
          ),
        ).rejects.toMatchObject({ code: 'failed' })
    })

    const table = (fields: string, data: string) =>
      `<VOTABLE version="1.4"><RESOURCE><TABLE>${fields}<DATA>${data}</DATA></TABLE></RESOURCE></VOTABLE>`
    const INT = '<FIELD name="a" datatype="int"/>'
    const hostile: Record<string, [string | Uint8Array, RegExp]> = {
      'no table': ['<VOTABLE/>', /no TABLE/],
      'no XML': [randomBytes(2000), /UTF-8|well-formed|XML/],
      'something else': ['<html><body/></html>', /begins with VOTABLE/],
      'a gzip file': [Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0), /compressed/],
      'an external entity': [
        `<!DOCTYPE V [<!ENTITY x SYSTEM "file:///etc/passwd">]>${table(INT, '')}`,
        /document type/,
      ],
      'a billion laughs': [
        `<!DOCTYPE V [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><VOTABLE>&b;</VOTABLE>`,
        /document type/,
      ],
      'a remote stream': [
        table(INT, '<BINARY><STREAM href="http://127.0.0.1:1/x" encoding="base64"/></BINARY>'),
        /href/,
      ],
      'a field without datatype': [table('<FIELD name="a"/>', ''), /no datatype/],
      'a complex field': [table('<FIELD name="a" datatype="doubleComplex"/>', ''), /doubleComplex/],
      'two columns of one name': [table(`${INT}<FIELD name="A" datatype="int"/>`, ''), /two columns/],
      'a number that is none': [table(INT, '<TABLEDATA><TR><TD>one</TD></TR></TABLEDATA>'), /"one"/],
      'a number out of range': [table(INT, '<TABLEDATA><TR><TD>3000000000</TD></TR></TABLEDATA>'), /3000000000/],
      'a cell too many': [table(INT, '<TABLEDATA><TR><TD>1</TD><TD>1</TD></TR></TABLEDATA>'), /more cells/],
      'a cell too few': [
        table(INT + INT.replace('"a"', '"b"'), '<TABLEDATA><TR><TD>1</TD></TR></TABLEDATA>'),
        /1 cells/,
      ],
      'a document cut off': [table(INT, '<TABLEDATA><TR><TD>1</TD></TR></TABLEDATA>').slice(0, 120), /XML/],
      'a binary row cut off': [table(INT, '<BINARY><STREAM encoding="base64">AAAA</STREAM></BINARY>'), /whole rows/],
      'an array of 2^31 values': [
        table(
          '<FIELD name="a" datatype="double" arraysize="*"/>',
          '<BINARY><STREAM encoding="base64">f////w==</STREAM></BINARY>',
        ),
        /cell/,
      ],
      'elements 1000 deep': [`<VOTABLE>${'<RESOURCE>'.repeat(1000)}`, /within one another/],
      '41 columns': [
        table(Array.from({ length: 41 }, (_, i) => `<FIELD name="c${i}" datatype="int"/>`).join(''), ''),
        /40 columns/,
      ],
      'too many rows': [table(INT, `<TABLEDATA>${'<TR><TD>1</TD></TR>'.repeat(30_001)}</TABLEDATA>`), /30000 rows/],
      'too many bytes': [table(INT, `<!--${'x'.repeat(4e6)}-->`), /bytes/],
      'one endless cell': [
        table(
          '<FIELD name="a" datatype="char" arraysize="*"/>',
          `<TABLEDATA><TR><TD>${'x'.repeat(2e6)}</TD></TR></TABLEDATA>`,
        ),
        /bytes in a cell/,
      ],
    }
    for (const [what, [document, message]] of Object.entries(hostile))
      it(`refuse ${what}`, async () => {
        await expect(ask(document, 'SELECT * FROM TAP_UPLOAD.t')).rejects.toMatchObject({
          name: 'QueryError',
          code: expect.stringMatching(/^(?:bad-upload|too-large)$/),
          message: expect.stringMatching(message),
        })
      })

    it('leave no file behind, and the processes alive', async () => {
      expect(readdirSync(folder)).toEqual([])
      const { data } = await ask(
        table(INT, '<TABLEDATA><TR><TD> 0x1F </TD></TR></TABLEDATA>'),
        'SELECT a FROM TAP_UPLOAD.t',
      )
      expect(data).toEqual([[31]])
    })

    it('are read from a file and counted by SQL', async () => {
      const path = join(folder, 'numbers.vot')
      const rows = Array.from({ length: 25_000 }, (_, i) => [i, i % 3 === 0 ? null : i / 2])
      const fields: Field[] = [
        { name: 'i', datatype: 'int' },
        { name: 'x', datatype: 'double' },
      ]
      writeFileSync(path, votableDocument({ fields, serialization: 'BINARY2' }, rows))
      const counted = await within(runner, async (session) => {
        const uploaded = await session.upload('numbers', path)
        const bound = resolveAdql(
          parseAdql('SELECT count(*) AS n, count(x) AS m, sum(i) AS s FROM TAP_UPLOAD.Numbers'),
          {
            tables: [],
            uploads: [uploaded],
          },
        )
        const sql = emit(bound, kind, withUploads(kind, none), {})
        return bytesOf((await session.run({ sql, fields: bound.fields, maxrec: 10, format: 'csv' })).body)
      })
      rmSync(path)
      expect(counted.toString()).toBe('n,m,s\r\n25000,16666,312487500\r\n')
    })
  })
