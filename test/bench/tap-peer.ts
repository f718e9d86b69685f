// The same images, the same queries, the same machine and moment: our TAP beside DaCHS. Both are asked in turns over kept-alive
// HTTP. DaCHS is found at SKYEDGE_PEER_TAP (default http://localhost:8080/tap), its images in SKYEDGE_PEER_DATA; without them
// there are only our own figures, on images that the demo makes.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { openCatalog } from '../../origin/catalog/open.ts'
import { loadConfig } from '../../origin/config.ts'
import { ingestFolder } from '../../origin/ingest/ingest.ts'
import { startOrigin } from '../../origin/serve.ts'
import type { Benchmark, BenchResult, Figure } from './result.ts'

const PEER = process.env.SKYEDGE_PEER_TAP ?? 'http://localhost:8080/tap'
const PEER_DATA = process.env.SKYEDGE_PEER_DATA ?? '/var/gavo/inputs/synth/data'
const ROUNDS = 150
const TARGET = 0.2

export const bench: Benchmark = {
  name: 'tap-peer',
  about: 'TAP queries by identifier, footprint and cone beside DaCHS on its own images',
  run,
}

interface Contestant {
  readonly name: string
  readonly tap: string
  /** One image of the set, as this service knows it. */
  did: string
  times: Record<string, number[]>
}

const QUERIES: readonly { readonly what: string; readonly adql: (did: string, ra: number, dec: number) => string }[] = [
  {
    what: 'point query (one identifier)',
    adql: (did) => `SELECT obs_id, access_url FROM ivoa.obscore WHERE obs_publisher_did='${did}'`,
  },
  {
    what: 'position in footprints',
    adql: (_, ra, dec) => `SELECT obs_id FROM ivoa.obscore WHERE 1=CONTAINS(POINT('ICRS', ${ra}, ${dec}), s_region)`,
  },
  {
    what: 'cone of 0.01 deg about a position',
    adql: (_, ra, dec) =>
      `SELECT obs_id FROM ivoa.obscore WHERE 1=CONTAINS(POINT('ICRS', s_ra, s_dec), CIRCLE('ICRS', ${ra}, ${dec}, 0.01))`,
  },
]

async function run(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-bench-'))
  if (!existsSync(PEER_DATA)) throw new Error(`${PEER_DATA} holds no images: start the peer, or set SKYEDGE_PEER_DATA`)
  const config = loadConfig({ SKYEDGE_DATA: folder, SKYEDGE_ORIGIN_PORT: '0' })
  const catalog = await openCatalog(config)
  await ingestFolder({
    folder: PEER_DATA,
    collection: 'peer.images',
    release: 'dr1',
    authority: config.authority,
    rights: { access: 'public', release: 'dr1' },
    catalog,
  })
  const origin = await startOrigin(config, catalog, { log: pino({ level: 'silent' }) })
  try {
    const ours: Contestant = { name: 'ours', tap: `${origin.url}/tap`, did: '', times: {} }
    const peer: Contestant = { name: 'DaCHS', tap: PEER, did: '', times: {} }
    const there = await fetch(`${PEER}/availability`).then(
      (answer) => answer.ok,
      () => false,
    )
    const contestants = there ? [ours, peer] : [ours]
    const [ra, dec] = await anyPosition(ours)
    for (const contestant of contestants) contestant.did = await anyDid(contestant)
    for (const { what, adql } of QUERIES)
      for (let round = -10; round < ROUNDS; round++)
        for (const contestant of contestants) {
          const began = performance.now()
          const rows = await ask(contestant, adql(contestant.did, ra, dec))
          const took = performance.now() - began
          if (rows === 0) throw new Error(`${contestant.name} found nothing by: ${what}`)
          if (round >= 0) (contestant.times[what] ??= []).push(took)
        }
    return {
      name: bench.name,
      figures: figuresOf(ours),
      peers: there ? figuresOf(peer) : [],
      ratios: there
        ? QUERIES.map(({ what }) => ({
            what: `${what}: ours / DaCHS, medians`,
            value: median(ours.times[what]) / median(peer.times[what]),
            unit: '',
            target: TARGET,
          }))
        : [],
      notes: there ? [] : [`no peer answers at ${PEER}`],
    }
  } finally {
    await origin.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Rows of the answer, of VOTable whatever its serialization. */
async function ask({ tap }: Contestant, adql: string): Promise<number> {
  const query = new URLSearchParams({ REQUEST: 'doQuery', LANG: 'ADQL', QUERY: adql, RESPONSEFORMAT: 'csv' })
  const answer = await fetch(`${tap}/sync?${query}`)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${tap} answered ${answer.status}: ${text.slice(0, 200)}`)
  return text.trim().split('\n').length - 1
}

async function cells(contestant: Contestant, adql: string): Promise<string[]> {
  const query = new URLSearchParams({ LANG: 'ADQL', QUERY: adql, RESPONSEFORMAT: 'csv' })
  const text = await (await fetch(`${contestant.tap}/sync?${query}`)).text()
  return (text.trim().split('\n')[1] ?? '').trim().split(',')
}

const anyDid = async (contestant: Contestant) =>
  (await cells(contestant, 'SELECT TOP 1 obs_publisher_did FROM ivoa.obscore ORDER BY s_ra'))[0].replaceAll('"', '')
const anyPosition = async (contestant: Contestant) =>
  (await cells(contestant, 'SELECT TOP 1 s_ra, s_dec FROM ivoa.obscore ORDER BY s_ra')).map(Number)

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1]
}

const figuresOf = ({ name, times }: Contestant): Figure[] =>
  QUERIES.flatMap(({ what }) => [
    { what: `${name}: ${what}, median`, value: median(times[what]), unit: 'ms' },
    { what: `${name}: ${what}, least`, value: Math.min(...times[what]), unit: 'ms' },
  ])
