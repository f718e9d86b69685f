// A build in a process of its own, to be killed: `node build-child.ts '{"dataFolder": …, "options": …, "nowMs": …}'`.
// Says on stdout how far it is, a line each time, and in the end what it made.

import { openCatalog } from '../../origin/catalog/open.ts'
import { buildMap } from '../../origin/hips/build.ts'

const { dataFolder, options, nowMs } = JSON.parse(process.argv[2])
const catalog = await openCatalog({ dataFolder })
try {
  const progress = (done: number, total: number) => process.stdout.write(`${done} of ${total}\n`)
  const result = await buildMap(options, { catalog, dataFolder, authority: 'skyedge.example', nowMs, progress })
  process.stdout.write(`${JSON.stringify({ made: result.record.folder, remade: result.remade })}\n`)
} catch (error) {
  process.stdout.write(`${JSON.stringify({ failed: (error as { code?: string }).code, says: String(error) })}\n`)
  process.exitCode = 1
} finally {
  await catalog.close()
}
