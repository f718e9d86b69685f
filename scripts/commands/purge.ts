// `skyedge purge`: edges ask anew for a map, a collection's images, a product, or everything. Nothing is deleted: the
// generation in every key goes up by one, and edges hear of it within five seconds.

import type { Command } from 'commander'
import { openCatalog } from '../../origin/catalog/open.ts'
import { targetsNamed } from '../../origin/catalog/purge-targets.ts'
import type { Catalog, Purge, PurgeTarget } from '../../origin/catalog/store.ts'
import { loadConfig } from '../../origin/config.ts'
import { UsageError } from '../usage.ts'

interface PurgeOptions {
  readonly all?: boolean
  readonly list?: boolean
  readonly json?: boolean
}

/** A longer name is none of ours. */
const LONGEST = 400

export function register(program: Command): void {
  program
    .command('purge')
    .argument('[names...]', 'maps, collections, products (id or publisher DID)')
    .description('let every edge ask anew for what is named; nothing is deleted, and to repeat it is safe')
    .option('--all', 'everything that has a generation: all maps and all products')
    .option('--list', 'show what was purged, how often, and when last')
    .option('--json', 'print the result as JSON')
    .action(async (names: string[], { all = false, list = false, json = false }: PurgeOptions) => {
      if (Number(names.length > 0) + Number(all) + Number(list) !== 1)
        throw new UsageError('purge takes names, or --all, or --list')
      const { authority, ...config } = loadConfig()
      const catalog = await openCatalog(config)
      try {
        if (list) return show(await catalog.purges(), json, 'nothing was purged yet')
        const targets = all ? [{ kind: 'all', name: '' } as const] : await meant(catalog, names, authority)
        const done: Purge[] = []
        for (const target of targets) done.push(await catalog.purge(target, Date.now()))
        show(done, json)
      } finally {
        await catalog.close()
      }
    })
}

/** All names are looked up before the first is purged. */
async function meant(catalog: Catalog, names: readonly string[], authority: string): Promise<PurgeTarget[]> {
  const targets: PurgeTarget[] = []
  for (const name of new Set(names)) {
    const found = await targetsNamed(catalog, name.slice(0, LONGEST), authority)
    if (found.targets.length === 0) {
      const hint = found.near.length > 0 ? `; did you mean ${found.near.join(', ')}?` : ''
      throw new UsageError(`there is no map, collection or product ${JSON.stringify(name.slice(0, LONGEST))}${hint}`)
    }
    targets.push(...found.targets)
  }
  return targets
}

const iso = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

function show(purges: readonly Purge[], json: boolean, empty = ''): void {
  if (json) {
    console.log(JSON.stringify(purges.map(({ kind, name, count, atMs }) => ({ kind, name, count, at: iso(atMs) }))))
    return
  }
  if (purges.length === 0) console.log(empty)
  for (const { kind, name, count, atMs } of purges) {
    const times = count === 1 ? 'once' : `${count} times`
    console.log(`${kind.padEnd(10)}  ${(name || 'everything').padEnd(24)}  purged ${times}, last ${iso(atMs)}`)
  }
}
