import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { isRepository, readConfig } from '../../../../origin/ingest/butler/config.ts'
import { placeOf } from '../../../../origin/ingest/butler/files.ts'
import { parseYaml } from '../../../../origin/ingest/butler/yaml.ts'

const all = realpathSync(mkdtempSync(join(tmpdir(), 'skyedge-butler-config-')))
afterAll(() => rmSync(all, { recursive: true, force: true }))

function repository(name: string, yaml: string): string {
  const folder = join(all, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'butler.yaml'), yaml)
  return folder
}

describe('the YAML of a butler.yaml', () => {
  it('is maps and lists by indentation, with comments and quoted texts', () => {
    const text = `# a comment
datastore:
  cls: a.b.C   # another
  root: "<butlerRoot>/x # y"
  templates:
    default: '{run:/}/{datasetType}'
    "physical_filter+detector": v
  datastores:
  - datastore:
      cls: one
      root: r1
  - plain
empty:
list:
    - a
    - b
`
    expect(JSON.parse(JSON.stringify(parseYaml(text)))).toEqual({
      datastore: {
        cls: 'a.b.C',
        root: '<butlerRoot>/x # y',
        templates: { default: '{run:/}/{datasetType}', 'physical_filter+detector': 'v' },
        datastores: [{ datastore: { cls: 'one', root: 'r1' } }, 'plain'],
      },
      list: ['a', 'b'],
    })
  })

  it.each([
    ['a: &x b', 'line 1'],
    ['a: {b: c}', 'which is not read'],
    ['a: !include other.yaml', 'which is not read'],
    ['a: |\n  text', 'which is not read'],
    ['a:\n\tb: c', 'indented by a tab'],
    ['a:\n    b: c\n  d: e', 'line 3'],
    ['just text', 'neither'],
    [Array.from({ length: 40 }, (_, i) => `${' '.repeat(i)}k:`).join('\n'), 'nested deeper'],
  ])('is refused with its line where it goes beyond: %j', (text, why) => {
    expect(() => parseYaml(text)).toThrow(why)
  })
})

describe('a butler.yaml', () => {
  it('says where the registry and the files are', async () => {
    const folder = repository(
      'one',
      'datastore:\n  root: <butlerRoot>/files\nregistry:\n  db: sqlite:///<butlerRoot>/gen3.sqlite3\n',
    )
    expect(await readConfig(folder)).toEqual({
      folder,
      registry: { kind: 'sqlite', path: join(folder, 'gen3.sqlite3') },
      datastores: [{ root: join(folder, 'files'), table: 'file_datastore_records' }],
    })
    expect(await isRepository(folder)).toBe(true)
    expect(await isRepository(all)).toBe(false)
  })

  it('may chain datastores, and keep its registry in a schema of PostgreSQL', async () => {
    const yaml = `datastore:
  cls: lsst.daf.butler.datastores.chainedDatastore.ChainedDatastore
  datastores:
    - datastore:
        cls: lsst.daf.butler.datastores.inMemoryDatastore.InMemoryDatastore
    - datastore:
        cls: lsst.daf.butler.datastores.fileDatastore.FileDatastore
        root: <butlerRoot>/a
        records:
          table: records_a
    - datastore:
        cls: lsst.daf.butler.datastores.fileDatastore.FileDatastore
        root: file:///elsewhere/b
registry:
  db: postgresql+psycopg2://reader@db.example:5432/butler
  namespace: dp2
`
    expect(await readConfig(repository('two', yaml))).toMatchObject({
      registry: { kind: 'postgres', url: 'postgres://reader@db.example:5432/butler', schema: 'dp2' },
      datastores: [
        { root: join(all, 'two/a'), table: 'records_a' },
        { root: '/elsewhere/b', table: 'file_datastore_records' },
      ],
    })
  })

  it.each([
    ['datastore:\n  root: x\n', 'no registry.db'],
    ['registry:\n  db: mysql://x/y\n', 'expected sqlite or postgresql'],
    ['registry:\n  db: sqlite:///x\ndatastore:\n  root: s3://bucket/x\n', 's3://'],
    ['registry:\n  db: sqlite:///x\ndatastore:\n  records:\n    table: x; drop\n', 'no name of a table'],
    ['registry:\n  db: postgresql://h/d\n  namespace: a"b\n', 'no name of a schema'],
  ])('is refused with a reason: %j', async (yaml, why) => {
    await expect(readConfig(repository('bad', yaml))).rejects.toThrow(why)
  })
})

describe('the file of a dataset', () => {
  const root = join(all, 'files/root')
  const allowed = join(all, 'files/raw')
  const datastores = [{ root, table: 't' }]
  mkdirSync(join(root, 'run'), { recursive: true })
  mkdirSync(allowed, { recursive: true })
  for (const name of [join(root, 'run/a b.fits'), join(allowed, 'raw.fits'), join(all, 'files/secret.fits')])
    writeFileSync(name, 'x')
  symlinkSync(join(all, 'files/secret.fits'), join(root, 'run/link.fits'))
  symlinkSync(join(allowed, 'raw.fits'), join(root, 'run/raw.fits'))
  const place = (path: string, more: readonly string[] = []) =>
    placeOf({ path, store: 0 }, { datastores, allowed: more })

  it('lies below the root, also where its URI is absolute', async () => {
    expect(await place('run/a b.fits')).toEqual({ path: join(root, 'run/a b.fits'), name: 'run/a b.fits' })
    expect(await place(`file://${root}/run/a%20b.fits`)).toMatchObject({ name: 'run/a b.fits' })
  })

  it.each([
    '../secret.fits',
    'run/../../secret.fits',
    'run/link.fits',
    `file://${all}/files/secret.fits`,
    `${all}/files/secret.fits`,
    'file:///etc/passwd',
    '/nowhere/at/all.fits',
  ])('is refused where it leaves the root: %s', async (path) => {
    await expect(place(path)).rejects.toThrow('outside of the repository')
  })

  it('may lie in a folder that was allowed, by name or through a link', async () => {
    await expect(place(`file://${allowed}/raw.fits`)).rejects.toThrow('outside')
    expect(await place(`file://${allowed}/raw.fits`, [allowed])).toMatchObject({ name: 'raw.fits' })
    expect(await place('run/raw.fits', [allowed])).toMatchObject({ path: join(allowed, 'raw.fits') })
    await expect(place(`file://${allowed}-not/raw.fits`, [allowed])).rejects.toThrow('outside')
  })

  it.each([
    ['run/none.fits', 'its file is missing'],
    ['s3://bucket/x.fits', 'lies at s3://'],
    ['run/x.zip#unzip=a.fits', 'zip archive'],
    ['file://other.host/x.fits', 'no URI of a file of this machine'],
    ['run/\0.fits', 'zero byte'],
  ])('is refused with a reason that names no folder: %s', async (path, why) => {
    await expect(place(path)).rejects.toThrow(why)
    await expect(place(path)).rejects.not.toThrow(all)
  })
})
