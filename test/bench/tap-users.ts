// The services on 10^6 ObsCore rows, end to end over HTTP at the origin. First quietly, one request after the other: how long the
// questions of observers take. Then fifty people at once for a minute, while one long query runs as a job and is aborted half-way:
// no error may happen, and the slowest hundredth of the small requests counts. SKYEDGE_BENCH_SECONDS shortens the minute,
// SKYEDGE_BENCH_VISITS the survey; SKYEDGE_BENCH_DATA names a folder whose catalogue is filled already (make-obscore.ts).

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import { openCatalog } from '../../origin/catalog/open.ts'
import { loadConfig } from '../../origin/config.ts'
import { startOrigin } from '../../origin/serve.ts'
import type { Benchmark, BenchResult, Figure } from './result.ts'
import { DEEP_FIELDS, pointings, RELEASE, survey, surveyOf, visitNumber } from './support/obscore-rows.ts'

const USERS = 50
const SECONDS = Number(process.env.SKYEDGE_BENCH_SECONDS ?? 60)
const VISITS = Number(process.env.SKYEDGE_BENCH_VISITS ?? 5200)
const SIZE = { visits: VISITS, patches: Math.round((VISITS * 17_200) / 5200) }
/** A person looks at an answer before asking again: 50 of them send about 100 requests a second. */
const THINK_MS = 500
const QUIET = 60
const WHOLE_ROWS = 100_000
const LONG = `SELECT COUNT(*) FROM ivoa.obscore AS a, ivoa.obscore AS b WHERE a.t_min + b.s_ra > 1e9`

const visits = pointings(SIZE)
const wide = visits.filter(({ deep }) => !deep)

const adql = (query: string) => `/tap/sync?${new URLSearchParams({ LANG: 'ADQL', QUERY: query })}`
const deepPoint = (i: number) => {
  const [ra, dec] = DEEP_FIELDS[i % DEEP_FIELDS.length]
  return [ra + (i % 7) * 0.01, dec + (i % 5) * 0.01]
}
const ASKED: Readonly<Record<string, { readonly target?: number; readonly path: (i: number) => string }>> = {
  'point in a deep field, all columns': {
    target: 15,
    path: (i) => adql(`SELECT * FROM ivoa.obscore WHERE 1 = CONTAINS(POINT(${deepPoint(i)}), s_region)`),
  },
  'one visit, all columns': {
    target: 15,
    path: (i) => adql(`SELECT * FROM ivoa.obscore WHERE lsst_visit = ${visitNumber((i * 31) % VISITS)}`),
  },
  'SIA, a position elsewhere': {
    path: (i) => {
      const { raDeg, decDeg } = wide[(i * 37) % wide.length]
      return `/sia/query?POS=CIRCLE+${raDeg}+${decDeg}+0.01`
    },
  },
  'one image by identifier': {
    path: (i) =>
      adql(`SELECT TOP 1 obs_publisher_did, access_url FROM ivoa.obscore WHERE lsst_visit = ${visitNumber(i)}`),
  },
}

async function run(): Promise<BenchResult> {
  const given = process.env.SKYEDGE_BENCH_DATA
  const folder = given ?? mkdtempSync(join(tmpdir(), 'skyedge-bench-'))
  const config = loadConfig({ ...process.env, SKYEDGE_DATA: folder, SKYEDGE_ORIGIN_PORT: '0' })
  const catalog = await openCatalog(config)
  if (!given) {
    await catalog.load(RELEASE, survey(SIZE))
    await catalog.putSurvey(surveyOf(SIZE))
  }
  const origin = await startOrigin(config, catalog, { log: pino({ level: 'silent' }) })
  try {
    const quiet = await quietly(origin.url)
    const rowsASecond = await wholeTable(origin.url)
    const crowd = await crowded(origin.url)
    return {
      name: bench.name,
      figures: [
        ...quiet,
        { what: `quiet: SELECT * of ${WHOLE_ROWS} rows, best of three`, value: rowsASecond, unit: 'rows/s' },
        ...crowd.figures,
      ],
      peers: [],
      ratios: [
        ...quiet.flatMap(({ what, value, unit }) => {
          const target = Object.entries(ASKED).find(([question]) => what === `quiet: ${question}`)?.[1].target
          return target === undefined ? [] : [{ what, value, unit, target }]
        }),
        { what: 'crowd: 99 of 100 small requests within', value: crowd.p99Ms, unit: 'ms', target: 500 },
        { what: 'crowd: errors', value: crowd.errors, unit: '', target: 0 },
      ],
      notes: [`clients and origin share this machine's cores; ${SECONDS} s of crowd`, ...crowd.notes],
    }
  } finally {
    await origin.stop()
    if (!given) rmSync(folder, { recursive: true, force: true })
  }
}

/** Median of one request after the other. */
async function quietly(url: string): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const [what, { path }] of Object.entries(ASKED)) {
    const times: number[] = []
    for (let i = -8; i < QUIET; i++) {
      const { ms } = await timed(url + path(Math.abs(i)))
      if (i >= 0) times.push(ms)
    }
    figures.push(
      { what: `quiet: ${what}`, value: quantile(times, 0.5), unit: 'ms' },
      { what: `quiet: ${what}, quickest`, value: Math.min(...times), unit: 'ms' },
    )
  }
  return figures
}

/** Rows a second of all columns of many rows, as TABLEDATA that is read and dropped. */
async function wholeTable(url: string): Promise<number> {
  const query = { LANG: 'ADQL', MAXREC: String(WHOLE_ROWS), QUERY: 'SELECT * FROM ivoa.obscore' }
  let best = 0
  for (let k = 0; k < 3; k++) {
    const began = performance.now()
    const answer = await fetch(`${url}/tap/sync?${new URLSearchParams(query)}`)
    for await (const piece of answer.body!) if (piece.length === 0) continue
    best = Math.max(best, (1000 * WHOLE_ROWS) / (performance.now() - began))
  }
  return best
}

async function crowded(url: string) {
  const until = performance.now() + SECONDS * 1000
  const times: number[] = []
  const failures = new Map<string, number>()
  const kinds = Object.values(ASKED)
  const person = async (number: number) => {
    await pause((number * THINK_MS) / USERS)
    for (let i = number; performance.now() < until; i += USERS) {
      try {
        const { ms } = await timed(url + kinds[i % kinds.length].path(i))
        times.push(ms)
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        failures.set(why, (failures.get(why) ?? 0) + 1)
      }
      await pause(THINK_MS)
    }
  }
  const [job] = await Promise.all([longJob(url, SECONDS * 500), ...Array.from({ length: USERS }, (_, i) => person(i))])
  return {
    figures: [
      { what: 'crowd: small requests', value: times.length / SECONDS, unit: '/s' },
      { what: 'crowd: median', value: quantile(times, 0.5), unit: 'ms' },
      { what: 'crowd: slowest', value: Math.max(...times), unit: 'ms' },
      { what: 'crowd: the long query was stopped after ABORT in', value: job.abortMs, unit: 'ms' },
    ],
    p99Ms: quantile(times, 0.99),
    errors: [...failures.values()].reduce((sum, count) => sum + count, 0),
    notes: [`the long query was ${job.before} and then ${job.after}`, ...failures.keys()],
  }
}

/** Starts the long query as a job, and aborts it after a time. */
async function longJob(url: string, afterMs: number) {
  const body = new URLSearchParams({ LANG: 'ADQL', QUERY: LONG, PHASE: 'RUN' })
  const created = await fetch(`${url}/tap/async`, { method: 'POST', body })
  const job = created.url
  await pause(afterMs)
  const before = await (await fetch(`${job}/phase`)).text()
  const began = performance.now()
  await fetch(`${job}/phase`, { method: 'POST', body: new URLSearchParams({ PHASE: 'ABORT' }) })
  const after = await (await fetch(`${job}/phase`)).text()
  return { before: before.trim(), after: after.trim(), abortMs: performance.now() - began }
}

async function timed(address: string): Promise<{ ms: number }> {
  const began = performance.now()
  const answer = await fetch(address)
  const text = await answer.text()
  const ms = performance.now() - began
  if (answer.status !== 200) throw new Error(`status ${answer.status}: ${text.slice(0, 300)}`)
  if (!text.trimEnd().endsWith('</VOTABLE>') || text.includes('value="ERROR"')) throw new Error('the answer is torn')
  return { ms }
}

const quantile = (values: readonly number[], part: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(part * (values.length - 1))]

export const bench: Benchmark = {
  name: 'tap-users',
  about:
    'TAP and SIA over HTTP on 10^6 rows: quiet latencies, then 50 users for a minute beside a long query that is aborted',
  run,
}
