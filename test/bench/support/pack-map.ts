// One step of the benchmark in a process of its own: `node pack-map.ts make|pack|unpack|verify|read FOLDER TILES` prints what it cost.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { tilePath } from '#src/hips'
import { openCatalog } from '../../../origin/catalog/open.ts'
import type { MapRecord } from '../../../origin/catalog/store.ts'
import { packMap } from '../../../origin/hips/pack/pack-map.ts'
import { unpackMap } from '../../../origin/hips/pack/unpack-map.ts'
import { verifyMap } from '../../../origin/hips/pack/verify.ts'
import { PackedFiles } from '../../../origin/hips/packed-files.ts'
import { TreeFiles } from '../../../origin/hips/tree-files.ts'
import { tileMap } from '../../support/tile-map.ts'
import { cpuMs } from '../result.ts'

const MAP = 'bench/r'
const ORDER = 9
const FIRST = 100_000
const READS = 4_000

const [what, folder, count] = process.argv.slice(2)
/** Three quarters of a tree are its deepest tiles: a patch of sky, as a survey has. */
const deepest = Math.round((3 * Number(count)) / 4)
const dataFolder = join(folder, 'data')
mkdirSync(dataFolder, { recursive: true })
const catalog = await openCatalog({ dataFolder })
const world = { catalog, dataFolder, graceMs: 0 }

async function make() {
  const cells = Array.from({ length: deepest }, (_, k) => FIRST + k)
  await tileMap(world, { map: MAP, order: ORDER, cells, formats: ['png'], pngBytes: 50_000 })
  return { tiles: deepest }
}

/** One at a time, all over the map. */
async function read() {
  const { folder, layout } = (await catalog.map(MAP)) as MapRecord
  const place = join(dataFolder, 'hips', folder)
  const files = layout?.kind === 'packed' ? new PackedFiles(place, layout) : new TreeFiles(place)
  const start = performance.now()
  for (let k = 0; k < READS; k++)
    if (!(await files.read(tilePath({ order: ORDER, npix: FIRST + ((k * 7919) % deepest), format: 'png' }))))
      throw new Error('a tile is not there')
  return { tiles: READS, perS: (1e3 * READS) / (performance.now() - start) }
}

const steps: Record<string, () => Promise<{ tiles: number }>> = {
  make,
  read,
  pack: () => packMap({ map: MAP }, world),
  unpack: () => unpackMap(MAP, world),
  verify: () => verifyMap(MAP, world),
}
const [start, cpu] = [performance.now(), cpuMs()]
const { record: _, ...result } = { record: undefined, ...(await steps[what]()) }
const seconds = (performance.now() - start) / 1e3
// Kilobytes, as Linux counts.
const peakMiB = process.resourceUsage().maxRSS / 1024
console.log(JSON.stringify({ ...result, seconds, cpuMs: cpuMs() - cpu, peakMiB }))
await catalog.close()
