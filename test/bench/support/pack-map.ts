// One packing in a process of its own, for the benchmark: `node pack-map.ts MAKE|PACK|VERIFY FOLDER [TILES]` prints what it did.

import { join } from 'node:path'
import { mkdirSync } from 'node:fs'
import { openCatalog } from '../../../origin/catalog/open.ts'
import { packMap } from '../../../origin/hips/pack/pack-map.ts'
import { unpackMap } from '../../../origin/hips/pack/unpack-map.ts'
import { verifyMap } from '../../../origin/hips/pack/verify.ts'
import { tileMap } from '../../support/tile-map.ts'

const ORDER = 9
const [what, folder, tiles] = process.argv.slice(2)
const dataFolder = join(folder, 'data')
mkdirSync(dataFolder, { recursive: true })
const catalog = await openCatalog({ dataFolder })
const world = { catalog, dataFolder, graceMs: 0 }
try {
  if (what === 'MAKE') {
    // Four fifths of a tree are its deepest tiles: a patch of sky, as a survey has.
    const cells = Array.from({ length: Math.round((3 * Number(tiles)) / 4) }, (_, k) => 100_000 + k)
    await tileMap(world, { map: 'bench/r', order: ORDER, cells, formats: ['png'], pngBytes: 50_000 })
  } else if (what === 'PACK') {
    const { tiles, bytes, packs } = await packMap({ map: 'bench/r' }, world)
    console.log(JSON.stringify({ tiles, bytes, packs }))
  } else if (what === 'UNPACK') {
    const { tiles, bytes } = await unpackMap('bench/r', world)
    console.log(JSON.stringify({ tiles, bytes }))
  } else {
    const { tiles, bytes, faults } = await verifyMap('bench/r', world)
    console.log(JSON.stringify({ tiles, bytes, faults }))
  }
} finally {
  await catalog.close()
}
