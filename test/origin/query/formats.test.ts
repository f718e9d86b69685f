import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { afterAll, describe, expect, it } from 'vitest'
import { TAP_FORMATS } from '#src/services'
import { type Cell, type Field, votableWriter } from '#src/votable'
import { copyRow, Lines, readCopyRows } from '../../../origin/query/copy-text.ts'
import { CopyTabledata } from '../../../origin/query/formats/copy-tabledata.ts'
import { type AnyWriter, formatWriter } from '../../../origin/query/formats/writer.ts'
import type { TableFormat } from '../../../origin/query/query.ts'
import { command, PYTHON, python } from '../../support/optional.ts'

const FIELDS: readonly Field[] = [
  {
    name: 'obs_id',
    datatype: 'char',
    arraysize: '*',
    ucd: 'meta.id',
    utype: 'DataID.observationID',
    description: 'An "internal" identifier, which is long enough to need more than one card of a FITS header.',
  },
  { name: 's_ra', datatype: 'double', unit: 'deg', ucd: 'pos.eq.ra' },
  { name: 'seeing', datatype: 'float', unit: 'arcsec' },
  { name: 'size', datatype: 'long', unit: 'kbyte' },
  { name: 'visit', datatype: 'int' },
  { name: 'level', datatype: 'short' },
  { name: 'n', datatype: 'unsignedByte' },
  { name: 'ok', datatype: 'boolean' },
  { name: 'outline', datatype: 'double', arraysize: '*', xtype: 'polygon' },
  { name: 'title', datatype: 'unicodeChar', arraysize: '*' },
]
const ROWS: readonly (readonly Cell[])[] = [
  ['a, "quoted" <&> text', 150.1, 0.5, 9007199254740993n, -5, 32767, 255, true, '1 2 3 4 5 6', 'é€'],
  FIELDS.map(() => null),
  ['tab\tand\nline', -0.1, 1.5, -9007199254740993n, 2147483647, 0, 0, false, '1.5 2.5', 'plain'],
]
const LIMITS = { memoryBytes: 1e8, diskBytes: 1e8 }
const folder = mkdtempSync(join(tmpdir(), 'skyedge-formats-'))
afterAll(() => rmSync(folder, { recursive: true }))

function written(format: TableFormat, rows = ROWS, fields = FIELDS): Buffer {
  const query = { sql: { text: '', params: [] }, fields, maxrec: 10, format, name: 'table' }
  const writer: AnyWriter = formatWriter(query, LIMITS, false)
  const pieces: Uint8Array[] = []
  for (const row of rows) {
    writer.row(row)
    pieces.push(writer.take())
  }
  pieces.push(...(writer.rest?.({ overflow: false }) ?? [writer.finish({ overflow: false })]))
  writer.discard?.()
  return Buffer.concat(pieces)
}

describe('the output formats', () => {
  it('write CSV as RFC 4180 says, with an empty text apart from none', () => {
    const [head, ...rows] = written('csv', [...ROWS.slice(0, 2), ['', Infinity, Number.NaN, 1, 1, 1, 1, 1, [1, 2], '']])
      .toString()
      .split('\r\n')
    expect(head).toBe('obs_id,s_ra,seeing,size,visit,level,n,ok,outline,title')
    expect(rows[0]).toBe('"a, ""quoted"" <&> text",150.1,0.5,9007199254740993,-5,32767,255,true,1 2 3 4 5 6,é€')
    expect(rows[1]).toBe(',,,,,,,,,')
    expect(rows[2]).toBe('"",Infinity,NaN,1,1,1,1,true,1 2,""')
  })

  it('write TSV with nothing in a cell that could end it', () => {
    const lines = written('tsv').toString().split('\n')
    expect(lines).toHaveLength(ROWS.length + 2)
    expect(lines[3]).toBe('tab and line\t-0.1\t1.5\t-9007199254740993\t2147483647\t0\t0\tfalse\t1.5 2.5\tplain')
  })

  it('write JSON with a description of the columns', () => {
    const { metadata, data, status } = JSON.parse(written('json').toString())
    expect(status).toBe('OK')
    expect(metadata[1]).toEqual({ name: 's_ra', datatype: 'double', unit: 'deg', ucd: 'pos.eq.ra' })
    expect(data[0]).toEqual([
      'a, "quoted" <&> text',
      150.1,
      0.5,
      9007199254740992,
      -5,
      32767,
      255,
      true,
      [1, 2, 3, 4, 5, 6],
      'é€',
    ])
    expect(written('json').toString()).toContain('9007199254740993')
    expect(data[1]).toEqual(FIELDS.map(() => null))
  })

  it('write Parquet in row groups, typed, with the VOTable that describes it', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i): Cell[] => [
      `row ${i}`,
      i / 2,
      null,
      BigInt(i),
      i,
      1,
      2,
      true,
      null,
      null,
    ])
    const bytes = written('parquet', [...ROWS, ...rows])
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
    const metadata = parquetMetadata(file)
    expect(metadata.num_rows).toBe(20_003n)
    expect(metadata.row_groups.length).toBe(2)
    const about = Object.fromEntries((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value]))
    expect(about['IVOA.VOTable-Parquet.version']).toBe('1.0')
    expect(about['IVOA.VOTable-Parquet.content']).toContain('ucd="pos.eq.ra"')
    const objects = await parquetReadObjects({ file, rowEnd: 4 })
    expect(objects[0]).toEqual({
      obs_id: 'a, "quoted" <&> text',
      s_ra: 150.1,
      seeing: 0.5,
      size: 9007199254740993n,
      visit: -5,
      level: 32767,
      n: 255,
      ok: true,
      outline: '1 2 3 4 5 6',
      title: 'é€',
    })
    expect(Object.values(objects[1]).every((value) => value === null || value === undefined)).toBe(true)
    expect(objects[3]).toMatchObject({ obs_id: 'row 0', size: 0n })
  })

  it('write tables without a row', () => {
    for (const { kind: format } of TAP_FORMATS) expect(written(format, []).length, format).toBeGreaterThan(0)
  })

  const judges = command('fitsverify')
  it.skipIf(!judges.found)(judges.says('write FITS that fitsverify finds right'), () => {
    for (const [name, rows] of [
      ['some', ROWS],
      ['none', []],
      ['many', Array.from({ length: 3000 }, (_, i) => ROWS[i % 3])],
    ] as const) {
      const path = join(folder, `${name}.fits`)
      writeFileSync(path, written('fits', rows))
      const { stdout, status } = spawnSync('fitsverify', [path], { encoding: 'utf8' })
      expect(stdout).toContain('**** Verification found 0 warning(s) and 0 error(s). ****')
      expect(status).toBe(0)
    }
  })

  const astropy = python('astropy')
  it.skipIf(!astropy.found)(astropy.says('are read by astropy, every value and every null'), () => {
    for (const format of ['fits', 'votable', 'votable-binary2', 'csv'] as const)
      writeFileSync(join(folder, `table.${format}`), written(format))
    const script = `
import json, sys, warnings
warnings.simplefilter('ignore')
from astropy.table import Table
import numpy as np
out = {}
for name, kind in [('fits', 'fits'), ('votable', 'votable'), ('votable-binary2', 'votable'), ('csv', 'ascii.csv')]:
    t = Table.read(sys.argv[1] + '/table.' + name, format=kind)
    out[name] = [[None if (np.ma.is_masked(c) and np.ndim(c) == 0) else np.asarray(c).tolist() if np.ndim(c) else (str(c) if isinstance(c, (str, bytes)) else c.item() if hasattr(c, 'item') else c) for c in row] for row in t]
    if name != 'csv':
        out[name + ' units'] = [str(t['s_ra'].unit), str(t['size'].unit)]
print(json.dumps(out, default=str))`
    const { stdout, stderr } = spawnSync(PYTHON, ['-c', script, folder], { encoding: 'utf8' })
    expect(stderr).toBe('')
    const read = JSON.parse(stdout.replace(/\bNaN\b/g, 'null').replace(/(-?\d{16,})/g, '"$1"'))
    for (const format of ['fits', 'votable', 'votable-binary2']) {
      const [first, second, third] = read[format]
      const title = format === 'fits' ? '??' : 'é€'
      expect(first.slice(0, 8), format).toEqual([
        'a, "quoted" <&> text',
        150.1,
        0.5,
        '9007199254740993',
        -5,
        32767,
        255,
        true,
      ])
      expect(first[8], format).toEqual([1, 2, 3, 4, 5, 6])
      expect(first[9], format).toBe(title)
      // Truth values of FITS have no mask in astropy: none reads as false.
      expect(second.slice(1, 7), format).toEqual([null, null, null, null, null, null])
      expect(third.slice(1, 7), format).toEqual([-0.1, 1.5, '-9007199254740993', 2147483647, 0, 0])
      expect(read[`${format} units`]).toEqual(['deg', 'kbyte'])
    }
    expect(read.csv[0][0]).toBe('a, "quoted" <&> text')
    expect(read.csv).toHaveLength(3)
  })

  const stilts = command('stilts')
  it.skipIf(!stilts.found)(stilts.says('are read alike by STILTS'), () => {
    const columns = ROWS.map((row) => row.slice(0, 7))
    const fields = FIELDS.slice(0, 7)
    const texts = (['fits', 'votable', 'votable-binary2', 'csv'] as const).map((format) => {
      const path = join(folder, `stilts.${format}`)
      writeFileSync(path, written(format, columns, fields))
      const ifmt = format.startsWith('votable') ? 'votable' : format
      const args = ['tpipe', `in=${path}`, `ifmt=${ifmt}`, 'cmd=delcols obs_id', 'ofmt=csv']
      return spawnSync('stilts', args, { encoding: 'utf8' }).stdout
    })
    expect(texts[0]).toContain('150.1,0.5,9007199254740993,-5,32767,255')
    for (const text of texts) expect(text).toBe(texts[0])
  })
})

describe("COPY's text", () => {
  const cell = fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => text.toWellFormed().replaceAll('\0', '')),
    fc.constant(null),
  )

  it('gives back what was written, in pieces of any length', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell)), fc.integer({ min: 1, max: 40 }), (rows, size) => {
        const bytes = Buffer.from(rows.map(copyRow).join(''))
        const lines = new Lines()
        const read: unknown[] = []
        for (let at = 0; at < bytes.length; at += size)
          lines.push(bytes.subarray(at, at + size), (whole) => {
            readCopyRows(whole, (cells) => read.push(cells) > 0)
          })
        expect(read).toEqual(rows)
      }),
    )
  })

  it('becomes the TABLEDATA that the cells become', () => {
    const fields: Field[] = [
      { name: 'a', datatype: 'char', arraysize: '*' },
      { name: 'x', datatype: 'double' },
      { name: 'i', datatype: 'long' },
    ]
    const row = fc.tuple(
      fc.oneof(cell, fc.constantFrom('\\N', '\ufffe', '<a>&amp;', '\r\n', '')),
      fc.oneof(fc.double().map(String), fc.constantFrom('-Infinity', 'NaN', null)),
      fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String), fc.constant(null)),
    )
    fc.assert(
      fc.property(fc.array(row), fc.nat(5), (rows, less) => {
        const most = Math.max(0, rows.length - less)
        const generic = votableWriter({ fields })
        for (const cells of rows.slice(0, most)) generic.row(cells)
        const copied = new CopyTabledata({ fields })
        expect(copied.lines(Buffer.from(rows.map(copyRow).join('')), most)).toBe(most)
        expect(Buffer.from(copied.finish({ overflow: less > 0 })).toString()).toBe(
          Buffer.from(generic.finish({ overflow: less > 0 })).toString(),
        )
      }),
    )
  })
})
