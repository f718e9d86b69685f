// `skyedge release`: the data releases of the archive side by side, each with its date and status.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { isName } from '#src/obscore'
import { openCatalog } from '../../origin/catalog/open.ts'
import type { Catalog } from '../../origin/catalog/store.ts'
import { RELEASE_STATUSES, type ReleaseRecord, type ReleaseStatus } from '../../origin/catalog/survey.ts'
import { loadConfig } from '../../origin/config.ts'

interface SetOptions {
  readonly title?: string
  readonly description?: string
  readonly status?: ReleaseStatus
  readonly date?: number
}

/** `2026-06-30` or `2026-06-30T12:00:00`, UTC. */
function parseDate(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?$/.test(text)
    ? Date.parse(text.length > 10 ? `${text}Z` : text)
    : Number.NaN
  if (!Number.isFinite(ms)) throw new InvalidArgumentError(`expected a date such as 2026-06-30, got "${text}"`)
  return ms
}

function parseRelease(text: string): string {
  if (!isName(text)) throw new InvalidArgumentError(`expected letters, digits and . _ - ~, got "${text}"`)
  return text
}

export function register(program: Command): void {
  const release = program.command('release').description('data releases: date, status, title')
  release
    .command('list')
    .description('print the releases and how many images each has')
    .option('--json', 'print them as JSON')
    .action(({ json }: { json?: boolean }) => withCatalog((catalog) => list(catalog, json ?? false)))
  release
    .command('set')
    .description('describe a release; what is not said stays as it was')
    .argument('<release>', 'its name', parseRelease)
    .option('--title <text>', 'the release in a line')
    .option('--description <text>', 'what is in it')
    .addOption(new Option('--status <status>', 'where it stands').choices(RELEASE_STATUSES))
    .option('--date <date>', 'when it became or becomes available, UTC, e.g. 2026-06-30', parseDate)
    .action((name: string, { date, ...said }: SetOptions) =>
      withCatalog((catalog) =>
        set(catalog, { release: name, ...said, ...(date !== undefined && { releasedMs: date }) }),
      ),
    )
}

async function withCatalog(work: (catalog: Catalog) => Promise<void>): Promise<void> {
  const catalog = await openCatalog(loadConfig())
  try {
    await work(catalog)
  } finally {
    await catalog.close()
  }
}

const day = (ms: number | undefined) => (ms === undefined ? '-' : new Date(ms).toISOString().slice(0, 10))

async function list(catalog: Catalog, json: boolean): Promise<void> {
  const images = new Map<string, number>()
  for (const { release, products } of await catalog.collections())
    images.set(release, (images.get(release) ?? 0) + products)
  const known = new Map((await catalog.releases()).map((record) => [record.release, record]))
  const names = [...new Set([...known.keys(), ...images.keys()])].sort()
  const records = names.map((release) => ({ release, ...known.get(release), images: images.get(release) ?? 0 }))
  if (json) {
    process.stdout.write(`${JSON.stringify(records, null, 2)}\n`)
    return
  }
  for (const { release, status = '-', releasedMs, images: count, title = '' } of records as (ReleaseRecord & {
    images: number
  })[])
    process.stdout.write(
      `${[release.padEnd(12), status.padEnd(12), day(releasedMs), String(count).padStart(9), title].join('  ').trimEnd()}\n`,
    )
}

async function set(catalog: Catalog, said: ReleaseRecord): Promise<void> {
  const before = (await catalog.releases()).find(({ release }) => release === said.release)
  await catalog.putSurvey({ releases: [{ ...before, ...said }] })
}
