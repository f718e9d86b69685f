// ObsCore tables of other archives as a source, in every form they come in.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, describe, expect, it } from 'vitest'
import { openSqliteCatalog } from '../../../../origin/catalog/sqlite/sqlite-catalog.ts'
import type { Catalog } from '../../../../origin/catalog/store.ts'
import { csvRows } from '../../../../origin/ingest/obscore-table/csv.ts'
import { ingestTable } from '../../../../origin/ingest/obscore-table/ingest.ts'
import { productIdOf } from '../../../../origin/ingest/obscore-table/row.ts'
import { MAX_NAMED } from '../../../../origin/ingest/report.ts'
import { sourceOf } from '../../../../origin/ingest/source.ts'

const all = mkdtempSync(join(tmpdir(), 'skyedge-obscore-'))
const open: Catalog[] = []
afterAll(async () => {
  for (const catalog of open) await catalog.close()
  rmSync(all, { recursive: true, force: true })
})

function put(name: string, content: string | Uint8Array): string {
  const path = join(all, name)
  writeFileSync(path, content)
  return path
}

let count = 0
function freshCatalog(): Catalog {
  const catalog = openSqliteCatalog(join(all, `catalog-${++count}.sqlite`))
  open.push(catalog)
  return catalog
}

const take = (folder: string, catalog = freshCatalog(), more = {}) =>
  ingestTable({
    folder,
    collection: 'other.archive',
    release: 'dr1',
    authority: 'skyedge.example',
    rights: { access: 'public', release: 'dr1' },
    catalog,
    ...more,
  })

const COLUMNS =
  'obs_publisher_did,OBS_ID,access_url,access_format,calib_level,s_ra,s_dec,s_fov,s_region,em_min,em_max,t_min,t_exptime,lsst_visit'
const ROWS = [
  'ivo://other.org/archive?one,v1,https://other.org/one.fits,image/fits,2,10,20,0.1,POLYGON ICRS 9.9 19.9 10.1 19.9 10.1 20.1 9.9 20.1,5e-7,6e-7,60000,30,12',
  'ivo://other.org/archive?two,v2,https://other.org/two.fits,image/fits,3,30,-45,0.2,,,,,,',
  '"ivo://other.org/archive?a ""b"", c",v3,https://other.org/three.fits,\\N,0,,,,CIRCLE 200 89.9 0.5,,,,,',
]
const csv = (rows: readonly string[]) => `${[COLUMNS, ...rows].join('\r\n')}\r\n`
const cells = (row: string) => row.split(',')

const votable = (unit: string, data: string) => `<?xml version="1.0"?>
<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE>
<FIELD name="obs_publisher_did" datatype="char" arraysize="*"/><FIELD name="access_url" datatype="char" arraysize="*"/>
<FIELD name="calib_level" datatype="int"/><FIELD name="S_RA" datatype="double" unit="deg"/>
<FIELD name="s_dec" datatype="double" unit="deg"/><FIELD name="s_fov" datatype="double" unit="${unit}"/>
<FIELD name="em_min" datatype="double" unit="nm"/>
<DATA><TABLEDATA>${data}</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>`
const TR =
  '<TR><TD>ivo://other.org/a?x1</TD><TD>https://other.org/x1</TD><TD>2</TD><TD>10</TD><TD>20</TD><TD>6</TD><TD>500</TD></TR>'

describe('an ObsCore table', () => {
  it('becomes products without planes, its columns named in any case', async () => {
    const catalog = freshCatalog()
    expect(await take(put('one.csv', csv(ROWS)), catalog)).toMatchObject({ taken: 3, refused: [] })
    const [, two, one] = (await catalog.productsIn('other.archive')).sort((a, b) => (a.obsId < b.obsId ? 1 : -1))
    expect(one).toMatchObject({
      productId: 'one',
      publisherDid: 'ivo://skyedge.example/dr1?one',
      creatorDid: 'ivo://other.org/archive?one',
      accessUrl: 'https://other.org/one.fits',
      accessFormat: 'image/fits',
      calibLevel: 2,
      raDeg: 10,
      emMinM: 5e-7,
      visit: 12,
      planes: [],
    })
    expect(one.footprint).toHaveLength(4)
    expect(two.sRegion).toMatch(/^POLYGON ICRS /)
    const [three] = (await catalog.productsIn('other.archive')).filter(({ obsId }) => obsId === 'v3')
    expect(three.decDeg).toBeCloseTo(89.9, 6)
    expect(three.fovDeg).toBeGreaterThan(1)
    expect(three.accessFormat).toBe(undefined)
  })

  it('is unchanged when it is taken again, and what is gone goes when asked', async () => {
    const catalog = freshCatalog()
    await take(put('two.csv', csv(ROWS)), catalog)
    expect(await take(put('two.csv', csv(ROWS)), catalog)).toMatchObject({ taken: 0, unchanged: 3 })
    const fewer = put('two.csv', csv([ROWS[0].replace(',30,12', ',31,12'), ROWS[1]]))
    expect(await take(fewer, catalog)).toMatchObject({
      updated: 1,
      unchanged: 1,
      vanished: [{ name: 'two.csv' }],
      removed: 0,
    })
    expect(await take(fewer, catalog, { prune: true })).toMatchObject({ removed: 1 })
    expect(await catalog.productsIn('other.archive')).toHaveLength(2)
  })

  it('may be Parquet, packed or not, and then means the same as CSV', async () => {
    const names = COLUMNS.split(',')
    const rows = ROWS.slice(0, 2).map(cells)
    const columnData = names.map((name, i) => {
      const numeric = /^(calib|s_ra|s_dec|s_fov|em_|t_)/.test(name)
      const values = rows.map((row) => (row[i] === '' ? null : numeric ? Number(row[i]) : row[i]))
      return { name, data: values, type: numeric ? ('DOUBLE' as const) : ('STRING' as const), nullable: true }
    })
    const [plain, fromCsv] = [freshCatalog(), freshCatalog()]
    const parquet = put('one.parquet', new Uint8Array(parquetWriteBuffer({ columnData })))
    expect(await sourceOf(parquet)).toBe('obscore')
    expect(await take(parquet, plain)).toMatchObject({ taken: 2, refused: [] })
    await take(put('same.csv', csv(ROWS.slice(0, 2))), fromCsv)
    const without = async (catalog: Catalog) =>
      (await catalog.productsIn('other.archive')).map(({ modifiedMs: _, ...rest }) => rest)
    expect(await without(plain)).toEqual(await without(fromCsv))
    const compressors = { GZIP: (b: Uint8Array) => gzipSync(b), ZSTD: (b: Uint8Array) => zstdCompressSync(b) }
    for (const codec of ['GZIP', 'ZSTD'] as const) {
      const packed = put(`${codec}.parquet`, new Uint8Array(parquetWriteBuffer({ columnData, codec, compressors })))
      expect(await take(packed), codec).toMatchObject({ taken: 2 })
    }
  })

  it('may be a VOTable: units are taken into account', async () => {
    const catalog = freshCatalog()
    expect(await take(put('one.vot', votable('arcmin', TR)), catalog)).toMatchObject({ taken: 1 })
    const [product] = await catalog.productsIn('other.archive')
    expect(product.fovDeg).toBeCloseTo(0.1, 12)
    expect(product.emMinM).toBeCloseTo(5e-7, 20)
    await expect(take(put('bad.vot', votable('parsec', TR)))).rejects.toThrow('s_fov is in "parsec"')
    await expect(take(put('doctype.xml', `<!DOCTYPE x [<!ENTITY a "b">]>${votable('deg', TR)}`))).rejects.toThrow(
      'document type',
    )
  })

  it.each([
    ['no address', [0, 'x', '', '', 2, 1, 1, 1], 'has no access_url'],
    ['a script as address', [0, 'x', 'javascript:alert(1)', '', 2, 1, 1, 1], 'no address of an archive'],
    ['a file of this machine as address', [0, 'x', 'file:///etc/passwd', '', 2, 1, 1, 1], 'no address of an archive'],
    ['no place', ['did', 'x', 'https://o.org', '', 2, '', '', ''], 'no place on the sky'],
    ['an impossible declination', ['did', 'x', 'https://o.org', '', 2, 1, 91, 1], 's_dec is 91'],
    ['a word for a number', ['did', 'x', 'https://o.org', '', 2, 'ten', 1, 1], 's_ra is "ten"'],
    ['a strange level', ['did', 'x', 'https://o.org', '', 7, 1, 1, 1], 'calib_level is 7'],
    ['a whole sky', ['did', 'x', 'https://o.org', '', 2, 1, 1, 180], 'no place on the sky'],
    ['no name', ['', '', 'https://o.org', '', 2, 1, 1, 1], 'neither obs_publisher_did nor obs_id'],
  ])('names a row with %s and goes on', async (_, row, why) => {
    const report = await take(put('rows.csv', csv([row.join(','), ROWS[0]])))
    expect(report).toMatchObject({ taken: 1, refused: [{ name: 'row 1' }] })
    expect(report.refused[0].reason).toContain(why)
  })

  it('refuses a second row of the same identifier, and what another collection has', async () => {
    const catalog = freshCatalog()
    const report = await take(put('twice.csv', csv([ROWS[0], ROWS[0]])), catalog)
    expect(report).toMatchObject({
      taken: 1,
      refused: [{ name: 'row 2', reason: 'has the identifier of a row before it' }],
    })
    const other = await take(put('twice.csv', csv([ROWS[0]])), catalog, { collection: 'second' })
    expect(other).toMatchObject({ taken: 0, refused: [{ name: 'row 1' }] })
  })

  it.each([
    ['empty.csv', '', 'the table is empty'],
    ['other.csv', 'a,b\n1,2\n', 'no column access_url'],
    ['double.csv', 'access_url,ACCESS_URL,calib_level\n', 'two columns'],
    ['open.csv', `${COLUMNS}\n"ivo://never ends`, 'ends within quotes'],
    ['bytes.csv', new Uint8Array([0x61, 0xff, 0xfe]), 'no UTF-8'],
    ['cut.parquet', 'PAR1 and no more', 'Parquet file cannot be read'],
    ['other.xml', '<?xml version="1.0"?><html/>', 'begins with VOTABLE'],
    ['text.txt', 'hello', 'is no table'],
  ])('is refused whole where it is none: %s', async (name, content, why) => {
    await expect(take(put(name, content))).rejects.toMatchObject({
      name: 'IngestError',
      message: expect.stringContaining(why),
    })
  })

  it('is read as a stream, and names only so many of its bad rows', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) =>
      i % 4 === 0
        ? 'x,,,,,,,,,,,,,'
        : `ivo://o.org/a?r${i},o${i},https://o.org/${i},,2,${(i % 3600) / 10},${(i % 170) - 85},0.1,,,,,,`,
    )
    const report = await take(put('many.csv', csv(rows)), freshCatalog(), { dryRun: true })
    expect(report.taken).toBe(15_000)
    expect(report.refused).toHaveLength(MAX_NAMED)
    expect(report.unnamed).toBe(5000 - MAX_NAMED)
  })
})

describe('the reader of CSV', () => {
  it('reads back any cells, cut into any pieces', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '\\'), maxLength: 6 })
    const table = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 7 }), async (rows, size) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
        const text = ['one,two', ...rows.map((row) => row.map(quoted).join(','))].join('\n')
        const bytes = new TextEncoder().encode(text)
        async function* pieces() {
          for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
        }
        const read: (string | undefined)[][] = []
        for await (const row of csvRows(pieces(), ',', { columns: () => undefined }))
          read.push([row.get('one'), row.get('two')] as (string | undefined)[])
        const value = (text: string) => (text === '' || text === '\\N' ? undefined : text)
        expect(read).toEqual(rows.map((row) => row.map(value)))
      }),
      { numRuns: 200 },
    )
  })
})

describe('the product id of a foreign identifier', () => {
  it('is what names the dataset, the same each time, and apart where letters are lost', () => {
    expect(productIdOf('ivo://org.rubinobs/usdac/lsst-dp2?repo=dp2&id=01a204a2-74cf')).toMatch(
      /^01a204a2-74cf(-\w{8})?$/,
    )
    expect(productIdOf('ivo://other.org/archive?one')).toBe('one')
    expect(productIdOf('ivo://other.org/a/b?x y')).not.toBe(productIdOf('ivo://other.org/a/b?x_y'))
    expect(productIdOf('plain')).toBe('plain')
  })
})
