// Packing a map: tiles a minute, their CPU and memory, and the way back; reading packs: what a directory costs, and
// tiles a second from disk out of a pack beside the same ones as files. A process of its own for each step.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Benchmark, Figure } from './result.ts'
import { directoryFigures } from './support/pack-directory.ts'

const TILES = 20_000
const STEP = join(import.meta.dirname, 'support/pack-map.ts')

interface Step {
  readonly tiles: number
  readonly seconds: number
  readonly cpuMs: number
  readonly peakMiB: number
  readonly packs?: number
  readonly perS?: number
}

export const bench: Benchmark = {
  name: 'hips-pack',
  about: 'packing, unpacking and verifying a map: tiles a minute, memory; what a directory of a million tiles costs',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'skyedge-bench-pack-'))
    try {
      const step = (what: string): Step => {
        const { stdout, status, stderr } = spawnSync(process.execPath, [STEP, what, folder, String(TILES)], {
          encoding: 'utf8',
        })
        if (status !== 0) throw new Error(`${what} failed: ${stderr.slice(0, 500)}`)
        return JSON.parse(stdout)
      }
      const figures: Figure[] = []
      step('make')
      const tree = step('read')
      for (const what of ['pack', 'verify', 'unpack']) {
        const { tiles, seconds, cpuMs, peakMiB } = step(what)
        figures.push(
          { what: `${what}: tiles`, value: (60 * tiles) / seconds, unit: '/min' },
          { what: `${what}: CPU`, value: cpuMs / tiles, unit: 'ms/tile' },
          { what: `${what}: peak memory`, value: peakMiB, unit: 'MiB' },
        )
        if (what === 'pack')
          figures.push({ what: 'random tiles from packs', value: step('read').perS ?? 0, unit: '/s' })
      }
      figures.push({ what: 'random tiles from the tree', value: tree.perS ?? 0, unit: '/s' })
      for (const count of [1_000_000, 5_461]) {
        const { headBytes, parseMs, memoryBytes, lookupsPerS } = await directoryFigures(count)
        figures.push(
          { what: `directory of ${count} tiles`, value: headBytes / 1e6, unit: 'MB' },
          { what: `directory of ${count} tiles: parse and check`, value: parseMs, unit: 'ms' },
          { what: `directory of ${count} tiles: memory`, value: memoryBytes / 1e6, unit: 'MB' },
          { what: `directory of ${count} tiles: lookups`, value: lookupsPerS, unit: '/s' },
        )
      }
      const perMinute = figures[0].value
      return {
        name: 'hips-pack',
        figures,
        peers: [],
        ratios: [{ what: '100 000 tiles a minute over ours', value: 1e5 / perMinute, unit: '', target: 1 }],
        notes: [
          `${TILES} PNG tiles of 50 kB, order 9, shards of order 3, in the page cache; start of the program left out`,
        ],
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
