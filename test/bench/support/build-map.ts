// One build in a process of its own, for the benchmark: `node build-map.ts FOLDER` prints what it made.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildMap } from '../../../origin/hips/build.ts'
import { mapWorld } from '../../support/map-world.ts'

const folder = process.argv[2]
const files = readdirSync(folder).sort()
const world = await mapWorld(files.map((file) => ({ path: join(folder, file), collection: 'bench' })))
try {
  const { tiles } = await buildMap({ map: 'bench/r', from: ['bench'], cuts: { low: 80, high: 400 } }, world)
  // Two formats of each tile.
  console.log(JSON.stringify({ tiles, tilePixels: (tiles / 2) * 512 * 512 }))
} finally {
  await world.close()
}
