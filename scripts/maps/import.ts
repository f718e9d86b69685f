// `skyedge hips import`: one command puts a finished HiPS behind the edge.

import { stat } from 'node:fs/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { openCatalog } from '../../origin/catalog/open.ts'
import { type Config, loadConfig } from '../../origin/config.ts'
import { folderTree } from '../../origin/hips/others/folder-tree.ts'
import { type ImportResult, importMap } from '../../origin/hips/others/import.ts'
import type { OthersTree } from '../../origin/hips/others/tree.ts'
import { zipTree } from '../../origin/hips/others/zip-tree.ts'
import { progressOn } from '../progress.ts'
import { UsageError } from '../usage.ts'
import { asUsage } from './usage.ts'

interface Options {
  readonly map: string
  readonly release?: string
  readonly public?: boolean
  readonly proprietary?: boolean
  readonly link?: boolean
  readonly maxBytes?: number
  readonly json?: boolean
}

/** `500000000` or `20G`. */
export function parseBytes(text: string): number {
  const match = /^(\d{1,15})([kMGT]?)B?$/.exec(text)
  if (!match) throw new InvalidArgumentError(`expected bytes such as 500000000 or 20G, got "${text.slice(0, 40)}"`)
  return Number(match[1]) * 1000 ** ' kMGT'.indexOf(match[2] || ' ')
}

/** Who may see the map, the same for every command that takes one in. */
export const ACCESS = [
  new Option('--public', 'everybody may see it').conflicts('proprietary'),
  new Option('--proprietary', 'only who has data rights for its release').conflicts('public'),
]
export const accessOf = ({ public: open, proprietary }: { public?: boolean; proprietary?: boolean }) =>
  open ? ('public' as const) : proprietary ? ('proprietary' as const) : undefined

/** Lists of maps are kept by edges for minutes; the address of the map itself is right at once. */
export const whereSeen = (map: string, { host, edgePort }: Config) =>
  `seen at http://${host}:${edgePort}/?map=${map} while \`npm start\` runs`

export function addImport(hips: Command): void {
  const command = hips
    .command('import')
    .argument('<source>', 'folder of a HiPS that others made, or a zip of one')
    .description('serve a finished HiPS as it is: every tile and its properties byte by byte')
    .requiredOption('--map <name>', 'name of the map here, e.g. cds/dss2/color; an existing one is replaced')
    .option('--release <name>', 'release whose data rights open it')
  for (const option of ACCESS) command.addOption(option)
  command
    .addOption(new Option('--link', 'serve tiles from where they are').conflicts('copy'))
    .addOption(new Option('--copy', 'copy every file (default)'))
    .option('--max-bytes <n>', 'bytes that its files may have together (default 1.1T)', parseBytes)
    .option('--json', 'print the result as JSON')
    .action(async (source: string, options: Options) => {
      const config = loadConfig()
      const tree = await open(source)
      const catalog = await openCatalog(config)
      try {
        const result = await importMap(
          tree,
          { ...options, access: accessOf(options) },
          {
            catalog,
            dataFolder: config.dataFolder,
            nowMs: Date.now(),
            progress: progressOn(options.map, options.json, 'files'),
          },
        )
        report(result, config, options.json)
      } catch (error) {
        throw asUsage(error)
      } finally {
        await catalog.close()
        await tree.close()
      }
    })
}

async function open(source: string): Promise<OthersTree> {
  const about = await stat(source).catch(() => undefined)
  if (!about) throw new UsageError(`there is no ${source}: a folder or a zip of a HiPS is expected`)
  return about.isDirectory() ? folderTree(source) : zipTree(source)
}

function report({ record, notes, tiles, bytes, leftOut }: ImportResult, config: Config, json = false): void {
  const { map, order, orderMin, formats, generation, rights, skyFraction } = record
  if (json) {
    const { access } = rights
    console.log(
      JSON.stringify({ map, order, orderMin, formats, access, generation, tiles, bytes, leftOut, skyFraction, notes }),
    )
    return
  }
  for (const note of notes) console.error(`note: ${note}`)
  const size = bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`
  const who = rights.access === 'public' ? 'public' : `proprietary (${rights.release})`
  console.log(`${map}: order ${orderMin} to ${order}, ${tiles} tiles (${formats.join(', ')}), ${size}, ${who}`)
  if (rights.access === 'public') console.log(whereSeen(map, config))
}
