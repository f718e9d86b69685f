// `skyedge registry`: the records that this node publishes about itself, and what it still lacks to be registered.

import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { checkNode, checkRecords, type Lack, type OaiRecord, resourceElement } from '#src/registry'
import { xmlDocument } from '#src/xml'
import { openCatalog } from '../../origin/catalog/open.ts'
import { CATALOG_TABLES } from '../../origin/catalog/tables/bindings.ts'
import { loadConfig, SETTINGS } from '../../origin/config.ts'
import { TileStore } from '../../origin/hips/tile-store.ts'
import { CoverageStore } from '../../origin/moc/coverage.ts'
import { NodeRegistry, type RegistryState } from '../../origin/registry/registry.ts'
import { UsageError } from '../usage.ts'

interface Options {
  readonly out?: string
  readonly validate?: boolean
  readonly json?: boolean
}

/** Ready to be sent: a record as it stands in the registry's answers. */
const documentOf = (dated: OaiRecord): string | undefined =>
  dated.record && xmlDocument(resourceElement(dated.record, dated))

export function register(program: Command): void {
  program
    .command('registry')
    .argument('[id]', 'one record, e.g. ivo://skyedge.example/node/tap; without it all are listed')
    .description(
      'the records of this node in the Registry of the Virtual Observatory, and what it lacks to be registered',
    )
    .option('--out <folder>', 'write every record there, one file each')
    .option('--validate', 'check the records together; exit status 1 when something is wrong or lacks')
    .option('--json', 'print the result as JSON')
    .action(async (id: string | undefined, options: Options) => {
      const state = await readState()
      if (id !== undefined) return printOne(state, id)
      const lacks = checkNode(state.facts, settingsGiven())
      const wrong = checkRecords(state.records)
      const files = options.out === undefined ? [] : await writeAll(state, options.out)
      if (options.json) printJson(state, { lacks, wrong, files })
      else print(state, { lacks, wrong, files }, options)
      if (options.validate && lacks.length + wrong.length > 0) process.exitCode = 1
    })
}

/** Dates are those of the running registry; nothing is written to the catalogue. */
async function readState(): Promise<RegistryState> {
  const config = loadConfig()
  const catalog = await openCatalog(config)
  try {
    const { dataFolder } = config
    const registry = new NodeRegistry({
      config,
      catalog,
      coverage: new CoverageStore({ catalog, dataFolder, clock: Date.now }),
      tables: CATALOG_TABLES,
      tiles: new TileStore({ catalog, dataFolder, aws: config.aws }),
    })
    return await registry.state(`http://${config.host}:${config.edgePort}`, Date.now(), { readOnly: true })
  } finally {
    await catalog.close()
  }
}

const settingsGiven = (): ReadonlySet<string> =>
  new Set(SETTINGS.map(({ name }) => name).filter((name) => (process.env[name] ?? '').trim() !== ''))

function printOne({ dated }: RegistryState, id: string): void {
  const found = dated.find((record) => record.id.toLowerCase() === id.toLowerCase())
  const text = found && documentOf(found)
  if (!text) throw new UsageError(`there is no record ${JSON.stringify(id)}: \`skyedge registry\` lists them`)
  process.stdout.write(text)
}

/** Whole files under names made of the identifiers: `node-tap.xml`. */
async function writeAll({ dated }: RegistryState, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const files: string[] = []
  for (const record of dated) {
    const text = documentOf(record)
    if (text === undefined) continue
    const name = fileName(record.id)
    const same = files.filter((other) => other === join(folder, `${name}.xml`)).length
    const file = join(folder, same === 0 ? `${name}.xml` : `${name}.${files.length}.xml`)
    await writeFile(`${file}.part`, text)
    await rename(`${file}.part`, file)
    files.push(file)
  }
  return files
}

/** Nothing of an identifier but its letters leads anywhere. */
function fileName(id: string): string {
  const [, , authority, ...path] = id.split('/')
  return (path.length > 0 ? path : [authority]).join('-').replace(/^\.+/, '')
}

interface Findings {
  readonly lacks: readonly Lack[]
  readonly wrong: readonly string[]
  readonly files: readonly string[]
}

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10)

function printJson({ facts, dated }: RegistryState, { lacks, wrong, files }: Findings): void {
  const records = dated.map(({ id, updatedMs, record }) => ({
    id,
    updated: new Date(updatedMs).toISOString(),
    ...(record ? { type: record.type, title: record.title } : { deleted: true }),
  }))
  const out = { url: `${facts.base}/registry`, records, lacks, wrong, files }
  process.stdout.write(`${JSON.stringify(out, null, 2)}\n`)
}

function print({ facts, dated }: RegistryState, { lacks, wrong, files }: Findings, { validate }: Options): void {
  const width = dated.reduce((most, { id }) => Math.max(most, id.length), 0)
  for (const { id, updatedMs, record } of dated)
    console.log(
      `${id.padEnd(width)}  ${day(updatedMs)}  ${record ? record.type.padEnd(18) : 'deleted'}  ${record?.title ?? ''}`.trimEnd(),
    )
  if (files.length > 0) console.log(`${files.length} records written`)
  console.log(`harvested at ${facts.base}/registry?verb=Identify`)
  for (const sentence of wrong) console.log(`wrong: ${sentence}`)
  if (validate && wrong.length === 0) console.log('the records agree with each other')
  for (const { setting, sentence } of lacks) console.log(`lacks ${setting}: ${sentence}`)
  if (lacks.length === 0)
    console.log('ready: register the address above at the Registry of Registries (https://rofr.ivoa.net/)')
}
