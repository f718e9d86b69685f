// `skyedge hips publish MAP`: a packed map into the object store that edges read.

import type { Command } from 'commander'
import { openCatalog } from '../../origin/catalog/open.ts'
import { type Config, loadConfig } from '../../origin/config.ts'
import { type PublishResult, publishPacks } from '../../origin/hips/publish-packs.ts'
import { openStore, placeOf, storeProblem } from '../../origin/storage/open-store.ts'
import { progressOn } from '../progress.ts'
import { UsageError } from '../usage.ts'
import { asUsage } from './usage.ts'

interface Options {
  readonly to?: string
  readonly prune?: boolean
  readonly json?: boolean
}

/** More of one pack is not held: four are on their way at a time. */
const WHOLE_BYTES = 16 * 2 ** 20

export function addPublish(hips: Command): void {
  hips
    .command('publish')
    .argument('<map>', 'name of a packed map, e.g. demo/dr1/r')
    .description(
      'put the packs of a map into the object store, for edges to read; what is there already is not sent again',
    )
    .option('--to <address>', 's3://bucket/prefix or file:///folder (default: SKYEDGE_OBJECT_STORE)')
    .option('--prune', 'delete the packs of earlier generations of this map, when the new ones are in their place')
    .option('--json', 'print the result as JSON')
    .action(async (map: string, { to, prune, json = false }: Options) => {
      const config = loadConfig()
      const address = addressOf(to, config)
      const place = placeOf(address)
      const catalog = await openCatalog(config)
      try {
        const store = openStore(place.root, config.aws, { wholeBytes: WHOLE_BYTES })
        const progress = progressOn(map, json, 'MB')
        const inMegabytes = (done: number, total: number) => progress(Math.round(done / 1e6), Math.ceil(total / 1e6))
        const world = { catalog, dataFolder: config.dataFolder, store, place, progress: inMegabytes }
        report(map, await publishPacks(map, world, { prune }), json)
      } catch (error) {
        throw asUsage(error)
      } finally {
        await catalog.close()
      }
    })
}

function addressOf(to: string | undefined, { objectStore, aws }: Config): string {
  const address = to?.replace(/\/+$/, '') ?? objectStore
  if (address === undefined) throw new UsageError('no object store: name one by --to, or set SKYEDGE_OBJECT_STORE')
  const problem = storeProblem(address, aws)
  if (problem) throw new UsageError(`the address of --to ${problem}`)
  return address
}

function report(map: string, result: PublishResult, json: boolean): void {
  const { packs, bytes, sent, sentBytes, pruned, record } = result
  const { store, prefix } = record.packs as NonNullable<typeof record.packs>
  if (json) {
    console.log(JSON.stringify({ map, store, prefix, packs, bytes, sent, sentBytes, pruned }))
    return
  }
  console.log(
    `${map}: ${packs} packs (${megabytes(bytes)}) are in ${store}/${prefix}; ${sent} were sent (${megabytes(sentBytes)})`,
  )
  if (pruned > 0) console.log(`${pruned} packs of earlier generations were deleted`)
}

const megabytes = (bytes: number) =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`
