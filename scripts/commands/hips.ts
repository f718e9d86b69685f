// `skyedge hips build`: a HiPS from the images of a collection, or a colour map from three band maps.

import { availableParallelism } from 'node:os'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Curve } from '#src/image'
import { openCatalog } from '../../origin/catalog/open.ts'
import type { Catalog } from '../../origin/catalog/store.ts'
import { type Config, loadConfig } from '../../origin/config.ts'
import { type BuildOptions, type BuildResult, type BuildWorld, buildMap } from '../../origin/hips/build.ts'
import { buildColourMap } from '../../origin/hips/colour.ts'
import { HipsBuildError } from '../../origin/hips/errors.ts'
import type { TileFormat } from '../../origin/hips/recipe.ts'
import { addImport } from '../maps/import.ts'
import { progressOn } from '../progress.ts'
import { UsageError } from '../usage.ts'

export { progressOn }

interface Options {
  readonly from: string[]
  readonly band?: string
  readonly color?: [string, string, string]
  readonly order?: number
  readonly publicOrder?: number
  readonly formats: TileFormat[]
  readonly cuts: BuildOptions['cuts']
  readonly stretch: Curve
  readonly title?: string
  readonly description?: string
  readonly creator?: string
  readonly property?: Record<string, string>
  readonly skipDeepest?: boolean
  readonly threads: number
  readonly json?: boolean
}

const STRETCHES: readonly Curve[] = ['linear', 'sqrt', 'log', 'asinh']

function parseWhole(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError(`expected a whole number, got "${text}"`)
  return Number(text)
}

const parseList = (text: string) => text.split(',').filter((word) => word !== '')

/** Shortest wavelength first, or none. */
function parseColour(text: string): string[] {
  const bands = parseList(text)
  if (bands.length !== 3) throw new InvalidArgumentError(`expected three bands, e.g. g,r,i, got "${text}"`)
  return bands
}

function parseFormats(text: string): string[] {
  const formats = parseList(text)
  if (formats.length === 0 || formats.some((format) => format !== 'png' && format !== 'fits'))
    throw new InvalidArgumentError(`expected png, fits or both, got "${text}"`)
  return [...new Set(formats)]
}

function parseCuts(text: string): BuildOptions['cuts'] {
  if (text === 'auto') return 'auto'
  const [low, high, ...rest] = text.split(',').map(Number)
  if (rest.length > 0 || !(low < high) || !Number.isFinite(high - low))
    throw new InvalidArgumentError(`expected "auto" or two numbers, the lower first, got "${text}"`)
  return { low, high }
}

function parseStretch(text: string): Curve {
  if (!STRETCHES.includes(text as Curve))
    throw new InvalidArgumentError(`expected one of ${STRETCHES.join(', ')}, got "${text}"`)
  return text as Curve
}

function parseProperty(text: string, before: Record<string, string> = {}): Record<string, string> {
  const match = /^([a-z][a-z0-9_]{0,63})=([^\r\n]{0,1000})$/.exec(text)
  if (!match) throw new InvalidArgumentError(`expected key=value, got "${text.slice(0, 80)}"`)
  return { ...before, [match[1]]: match[2].trim() }
}

export function register(program: Command): void {
  const hips = program.command('hips').description('HiPS maps of this node')
  addImport(hips)
  hips
    .command('build')
    .argument('<map>', 'name of the map, e.g. demo/dr1/r; an existing one is replaced when the new one is complete')
    .description('make a map from the images of a collection')
    .requiredOption('--from <collections>', 'collections whose images make the map, separated by commas', parseList)
    .option('--band <band>', 'only images of this band')
    .option('--color <b,g,r>', 'a colour map of three bands, shortest wavelength first (e.g. g,r,i)', parseColour)
    .option('--order <n>', 'deepest order (default: pixels no larger than the images have)', parseWhole)
    .option('--public-order <n>', 'deepest order that everybody may see', parseWhole)
    .addOption(
      new Option('--formats <list>', 'tile formats').argParser(parseFormats).default(['png', 'fits'], 'png,fits'),
    )
    .option('--cuts <lo,hi>', 'values shown black and white, or "auto"', parseCuts, 'auto')
    .option('--stretch <curve>', STRETCHES.join(', '), parseStretch, 'asinh')
    .option('--title <text>', 'what the map is called')
    .option('--description <text>', 'what it shows, in a sentence')
    .option('--creator <text>', 'who made it')
    .option('--property <key=value>', 'a further line of `properties`, may be repeated', parseProperty)
    .option('--skip-deepest', 'do not keep tiles of the deepest order: they are made when they are asked for')
    .option('--threads <n>', 'threads', parseWhole, availableParallelism())
    .option('--json', 'print the result as JSON')
    .action(async (map: string, options: Options) => {
      const config = loadConfig()
      const catalog = await openCatalog(config)
      try {
        const result = await build(map, options, catalog, config)
        report(map, result, config, options.json)
      } catch (error) {
        const wrong = error instanceof HipsBuildError && (error.code === 'bad-option' || error.code === 'bad-name')
        throw wrong ? new UsageError(error.message) : error
      } finally {
        await catalog.close()
      }
    })
}

async function build(map: string, options: Options, catalog: Catalog, config: Config): Promise<BuildResult> {
  const { property = {}, color, ...rest } = options
  const world = (label: string): BuildWorld => ({
    catalog,
    dataFolder: config.dataFolder,
    authority: config.authority,
    nowMs: Date.now(),
    progress: progressOn(label, options.json),
  })
  if (!color && rest.band === undefined) await noteBands(catalog, options.from)
  if (!color) return buildMap({ ...rest, map, properties: property }, world(map))
  // The band maps lie beside the colour map: demo/dr1/color takes demo/dr1/g, /r and /i, made first where absent.
  const beside = map.includes('/') ? map.slice(0, map.lastIndexOf('/') + 1) : ''
  const bands = color.map((band) => `${beside}${band}`) as [string, string, string]
  for (const [i, name] of bands.entries()) {
    const old = await catalog.map(name)
    if (old) {
      const built = new Date(old.modifiedMs).toISOString().slice(0, 16)
      console.error(`note: takes ${name} as it was built ${built}Z; newer images need it built again first`)
      continue
    }
    const title = options.title && `${options.title} ${color[i]}`
    await buildMap({ ...rest, title, map: name, band: color[i], properties: property }, world(name))
  }
  const { order: _order, ...forColour } = rest
  return buildColourMap({ ...forColour, map, properties: property }, bands, world(map))
}

/** Bands are averaged where nobody says which: rarely what was meant. */
async function noteBands(catalog: Catalog, from: readonly string[]): Promise<void> {
  const parts = (await catalog.collections()).filter(({ collection }) => from.includes(collection))
  const bands = [...new Set(parts.flatMap((part) => part.bands))]
  if (bands.length > 1) console.error(`note: averages the bands ${bands.join(', ')}; --band takes one, --color three`)
}

function report(map: string, { record, images, leftOut, tiles, bytes }: BuildResult, config: Config, json = false) {
  const { order, publicOrder, generation, skyFraction, formats } = record
  if (json) {
    console.log(
      JSON.stringify({ map, order, publicOrder, formats, generation, images, leftOut, tiles, bytes, skyFraction }),
    )
    return
  }
  const size = bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`
  console.log(
    `${map}: order ${order} (public to ${publicOrder}), ${tiles} tiles of ${images} image${images === 1 ? '' : 's'}, ${size}`,
  )
  if (leftOut > 0) console.log(`${leftOut} image${leftOut === 1 ? '' : 's'} left out: not open to everybody one day`)
  console.log(`seen at http://${config.host}:${config.edgePort}/?map=${map} while \`npm start\` runs`)
}
