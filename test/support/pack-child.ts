// Packing or unpacking in a process of its own, to be killed: `node pack-child.ts '{"dataFolder": …, "map": …, "what": "pack"}'`.
// Says on stdout how far it is, a line each time.

import { openCatalog } from '../../origin/catalog/open.ts'
import { packMap } from '../../origin/hips/pack/pack-map.ts'
import { unpackMap } from '../../origin/hips/pack/unpack-map.ts'

const { dataFolder, map, what, shardOrder } = JSON.parse(process.argv[2])
const catalog = await openCatalog({ dataFolder })
const progress = (done: number, total: number) => process.stdout.write(`${done} of ${total}\n`)
const world = { catalog, dataFolder, progress, graceMs: 0 }
if (what === 'pack') await packMap({ map, shardOrder }, world)
else await unpackMap(map, world)
await catalog.close()
