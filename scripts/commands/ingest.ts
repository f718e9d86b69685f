// `skyedge ingest SOURCE`: a folder of images, a Butler repository or an ObsCore table into the catalogue, once or for as
// long as it is watched. Headers are read, pixels never.

import { SingleBar } from 'cli-progress'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { isName } from '#src/obscore'
import { openCatalog } from '../../origin/catalog/open.ts'
import type { ProductRights } from '../../origin/catalog/store.ts'
import { loadConfig } from '../../origin/config.ts'
import { IngestError } from '../../origin/ingest/errors.ts'
import { NUMBER_FIELDS, readMapping, TEXT_FIELDS } from '../../origin/ingest/mapping.ts'
import type { IngestReport } from '../../origin/ingest/report.ts'
import { ingestSource, SOURCES, type Source, type SourceOptions } from '../../origin/ingest/source.ts'
import { shown } from '../../origin/ingest/walk.ts'
import { watchSource } from '../../origin/ingest/watch.ts'
import { UsageError } from '../usage.ts'

interface Options {
  readonly collection: string
  readonly release: string
  readonly public?: boolean
  readonly proprietary?: boolean
  readonly releaseDate?: number
  readonly embargoUntil?: number
  readonly level3Group?: string
  readonly mapping?: string
  readonly from?: Source
  readonly butlerCollections?: readonly string[]
  readonly allowFiles?: readonly string[]
  readonly watch?: boolean
  readonly poll?: number
  readonly settle?: number
  readonly dryRun?: boolean
  readonly prune?: boolean
  readonly json?: boolean
}

const MAPPING_HELP = `
A mapping file (regular expressions on whole file names without folder and .fits):
  { "files":  [{ "match": "(?<group>.+)_flux", "role": "image" },
               { "match": "(?<group>.+)_sig", "role": "error" },
               { "match": "psf_.*", "role": "skip", "reason": "a PSF" }],
    "hdus":   [{ "extname": "NOISE", "role": "variance" }],
    "fields": { "band": { "name": "_(?<value>[ugriz])$" },
                "exptimeS": { "keywords": ["ITIME"], "scale": 0.001 },
                "instrument": { "value": "WFI" } } }
Files of one folder with the same group (and group2) are planes of one product. Roles: image, mask, variance, weight,
error, extra, skip. "butler" in the file says what dataset types are: { "facility": "…", "spectralRanges": { "r": [5.5e-7, 6.9e-7] },
"datasetTypes": { "my_image": { "calibLevel": 2, "title": "{dataset_type} - {band} - {visit}" }, "calexp": false } }. Fields: ${[...TEXT_FIELDS, ...NUMBER_FIELDS].join(', ')}.

Exit status: 0 done, 1 nothing taken or not stored, 2 wrong usage.`

function parseName(text: string): string {
  if (!isName(text)) throw new InvalidArgumentError(`expected letters, digits and . _ - ~, got ${shown(text)}.`)
  return text
}

/** `2027-01-01` or `2027-01-01T12:00:00Z` -> Unix ms; without a zone it is UTC. */
export function parseIso(text: string): number {
  const match = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text)
  const ms = match ? Date.parse(match[1] !== undefined && match[4] === undefined ? `${text}Z` : text) : Number.NaN
  if (Number.isNaN(ms)) throw new InvalidArgumentError(`expected a date such as 2027-01-01 or 2027-01-01T12:00:00Z.`)
  return ms
}

const parseList = (text: string): string[] => text.split(',').filter((name) => name !== '')
const collect = (text: string, before: readonly string[] = []): string[] => [...before, text]

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (!(seconds > 0 && seconds <= 86_400))
    throw new InvalidArgumentError('expected seconds, more than 0, at most a day.')
  return seconds * 1000
}

export function register(program: Command): void {
  program
    .command('ingest')
    .description(
      'take images into the catalogue: of a folder, a Butler repository or an ObsCore table; files stay where they are',
    )
    .argument('<source>', 'a folder (or one file), a repository with its butler.yaml, or a VOTable, CSV or Parquet')
    .addOption(new Option('--from <kind>', 'what the source is (default: found out)').choices(SOURCES))
    .requiredOption('--collection <name>', 'collection of the products, e.g. survey.calexp', parseName)
    .requiredOption('--release <name>', 'data release they belong to, e.g. dr1', parseName)
    .addOption(
      new Option('--public', 'everybody may see them').conflicts(['proprietary', 'releaseDate', 'level3Group']),
    )
    .addOption(new Option('--proprietary', 'holders of data rights may see them (default)').conflicts('level3Group'))
    .addOption(new Option('--release-date <iso>', 'proprietary until then, public after').argParser(parseIso))
    .addOption(new Option('--embargo-until <iso>', 'nobody may see them until then').argParser(parseIso))
    .option('--level3-group <group>', 'only members of this group may see them', parseName)
    .option('--mapping <file>', 'JSON file that says what names, HDUs and keywords mean')
    .option(
      '--butler-collections <names>',
      'collections of the repository to search, in order (default: all runs)',
      parseList,
    )
    .option(
      '--allow-files <folder>',
      'folder outside of the repository whose files may be read (may be repeated)',
      collect,
    )
    .option('--watch', 'go on and take what comes, until interrupted')
    .option('--poll <seconds>', 'with --watch: look again after so long (default: 30)', parseSeconds)
    .option('--settle <seconds>', 'with --watch: a file is complete when unchanged so long (default: 3)', parseSeconds)
    .option('--prune', 'remove products of the folder whose image is gone')
    .option('--dry-run', 'look at everything, store nothing')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', MAPPING_HELP)
    .action(ingest)
}

export function rightsOf(options: Options): ProductRights {
  const access = options.public ? 'public' : options.level3Group === undefined ? 'proprietary' : 'level3'
  return {
    access,
    release: options.release,
    ...(options.releaseDate === undefined ? {} : { publicFromMs: options.releaseDate }),
    ...(options.embargoUntil === undefined ? {} : { embargoUntilMs: options.embargoUntil }),
    ...(options.level3Group === undefined ? {} : { groups: [options.level3Group] }),
  }
}

async function ingest(source: string, options: Options): Promise<void> {
  const config = loadConfig()
  const stop = new AbortController()
  const mapping = options.mapping === undefined ? undefined : await usage(() => readMapping(options.mapping!))
  const catalog = await openCatalog(config)
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  const progress = progressOn(process.stderr)
  try {
    const request: SourceOptions & { signal: AbortSignal } = {
      folder: source,
      from: options.from,
      butlerCollections: options.butlerCollections,
      allowFiles: options.allowFiles,
      collection: options.collection,
      release: options.release,
      authority: config.authority,
      rights: rightsOf(options),
      catalog,
      mapping,
      dryRun: options.dryRun,
      prune: options.prune,
      signal: stop.signal,
      onProgress: progress.update,
    }
    if (options.watch) {
      await usage(() => watchSource({ ...request, ...watching(options, progress) }))
      return
    }
    const report = await usage(() => ingestSource(request))
    progress.stop()
    process.stdout.write(options.json ? `${JSON.stringify(jsonOf(report), undefined, 2)}\n` : textOf(report))
    const products = report.taken + report.updated + report.unchanged
    if (products + report.removed === 0 || report.stopped) process.exitCode = 1
  } finally {
    progress.stop()
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    await catalog.close()
  }
}

/** Each time that something was taken: what the report says, or as JSON one line. */
function watching(options: Options, progress: Progress) {
  process.stderr.write('watch: waiting for data, Ctrl-C ends it\n')
  let told = new Set<string>()
  return {
    pollMs: options.poll,
    settleMs: options.settle,
    onReport(report: IngestReport) {
      progress.stop()
      const refused = report.refused.filter(({ name, reason }) => !told.has(`${name}\0${reason}`))
      const notes = report.notes.filter(({ name, reason }) => !told.has(`${name}\0${reason}`))
      // What was said of a file once is not said again each time.
      told = new Set([...report.refused, ...report.notes].map(({ name, reason }) => `${name}\0${reason}`))
      const fresh = { ...report, refused, notes }
      process.stdout.write(options.json ? `${JSON.stringify(jsonOf(fresh))}\n` : textOf(fresh))
    },
    onProblem(message: string) {
      progress.stop()
      process.stderr.write(`watch: ${shown(message)}; trying again\n`)
    },
  }
}

/** A folder or mapping that is not there is the caller's mistake: status 2. */
async function usage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof IngestError) throw new UsageError(error.message)
    throw error
  }
}

interface Progress {
  update(done: number, total: number, name: string): void
  stop(): void
}

/** A bar on a terminal; elsewhere a line every few seconds. */
function progressOn(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) {
    let next = Date.now() + 2000
    const update = (done: number, total: number) => {
      if (Date.now() < next) return
      next = Date.now() + 5000
      stream.write(`ingest: ${done} of ${total} files\n`)
    }
    return { update, stop: () => {} }
  }
  const bar = new SingleBar({ format: 'ingest {bar} {value}/{total} files {name}', hideCursor: true, stream })
  let started = false
  return {
    update(done, total, name) {
      if (!started) bar.start(total, 0, { name: '' })
      started = true
      bar.update(done, { name: shown(name.slice(name.lastIndexOf('/') + 1)).slice(0, 40) })
    },
    stop() {
      if (started) bar.stop()
      started = false
    },
  }
}

const counted = (n: number, thing: string) => `${n} ${thing}${n === 1 ? '' : 's'}`

function textOf(report: IngestReport): string {
  const { taken, updated, unchanged, refused, vanished, notes, removed } = report
  const lines: string[] = []
  for (const { name, reason } of refused) lines.push(`refused ${shown(name)}: ${shown(reason)}`)
  for (const { name, reason } of notes) lines.push(`note ${shown(name)}: ${reason}`)
  for (const { productId, name } of vanished) lines.push(`gone ${shown(name)}: product ${productId}`)
  if (report.unnamed > 0) lines.push(`refused ${report.unnamed} more, not named here`)
  if (report.files === 0 && vanished.length === 0)
    lines.push('note nothing was found that starts as a FITS file or is named like one')
  if (vanished.length > removed && !report.dryRun)
    lines.push('products whose image is gone are kept; --prune removes them')
  const planes = Object.entries(report.planes)
    .filter(([role]) => role !== 'image')
    .map(([role, n]) => counted(n, `${role} plane`))
  lines.push(
    `${report.stopped ? 'stopped: ' : ''}${report.dryRun ? 'would have ' : ''}taken ${taken}, updated ${updated}, ` +
      `unchanged ${unchanged}, refused ${refused.length + report.unnamed}${removed > 0 ? `, removed ${removed}` : ''}` +
      ` (${counted(report.files, 'FITS file')}${planes.length > 0 ? `; ${planes.join(', ')}` : ''})`,
  )
  return `${lines.join('\n')}\n`
}

const jsonOf = ({ taken, updated, unchanged, ...rest }: IngestReport) => ({
  ...rest,
  images: taken + updated + unchanged,
  taken,
  updated,
  unchanged,
})
