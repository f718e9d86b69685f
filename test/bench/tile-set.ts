// A working set far beyond an edge's memory: a million different small tiles through one edge on plain workerd, all but
// the last few thousand long forgotten by the isolate. In the second half its memory must not grow any more.
// SKYEDGE_BENCH_TILES asks for fewer; after sixty rounds of SKYEDGE_BENCH_SECONDS it ends with what was asked by then.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWorkerdEdge } from '../../scripts/processes/workerd-edge.ts'
import type { Benchmark, BenchResult } from './result.ts'
import { hasWrk, type Load, load } from './support/load.ts'
import { SECRET, startOriginStage } from './support/stage.ts'
import { everyTile } from './support/tiles.ts'

const TILES = Number(process.env.SKYEDGE_BENCH_TILES ?? 1_000_000)
const ROUNDS = 60
const SMALL_BYTES = 1_000
const MIB = 1024 ** 2
/** Of its memory the isolate gives a tile this and a kilobyte for itself: full after 8,000. */
const MEMORY_MIB = 16

export const bench: Benchmark = {
  name: 'tile-set',
  about:
    'resident memory of an edge on plain workerd while a million different small tiles are asked of it (needs wrk)',
  run,
}

interface Mark {
  readonly tiles: number
  readonly residentMib: number
}

async function run(): Promise<BenchResult> {
  if (!hasWrk()) throw new Error('tile-set needs wrk and /proc (Debian: wrk)')
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-bench-'))
  const origin = await startOriginStage({ tileBytes: SMALL_BYTES })
  const edge = await startWorkerdEdge({
    originUrl: origin.url,
    secret: SECRET,
    host: '127.0.0.1',
    port: 0,
    cacheFolder: join(folder, 'cache'),
    // Small, so that it is swept meanwhile as a full one is.
    cacheBytes: 256 * MIB,
    settings: { MEMORY_MIB: String(MEMORY_MIB) },
  })
  try {
    const script = join(folder, 'tiles.lua')
    const marks: Mark[] = []
    const loads: Load[] = []
    let tiles = 0
    while (tiles < TILES && marks.length < ROUNDS) {
      writeFileSync(script, everyTile(tiles))
      const round = await load(edge.url, [edge.pid], { script })
      // A few were asked for and not waited for: the next round begins behind them.
      const asked = await origin.hits()
      if (asked === 0) throw new Error('no tile reached the origin')
      tiles += asked
      loads.push(round)
      marks.push({ tiles, residentMib: round.residentMib })
    }
    const at = (part: number) => marks.find((mark) => mark.tiles >= part * tiles) as Mark
    const half = at(0.5)
    const last = at(1)
    return {
      name: bench.name,
      figures: [
        { what: 'different tiles of 1 kB', value: tiles, unit: '' },
        { what: 'failed', value: loads.reduce((sum, { failed }) => sum + failed, 0), unit: '' },
        ...[at(0.05), at(0.25), half, at(0.75), last].map((mark) => ({
          what: `resident after ${mark.tiles} of them`,
          value: mark.residentMib,
          unit: 'MiB',
        })),
      ],
      peers: [],
      ratios: [
        {
          what: 'resident at the end over half of the way',
          value: last.residentMib / half.residentMib,
          unit: '',
          target: 1.1,
        },
      ],
      notes: tiles < TILES ? [`${TILES} were to be asked; the time was over`] : [],
    }
  } finally {
    await edge.stop()
    await origin.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
