// `skyedge hips build`: a HiPS from the images of a collection, a colour map from three band maps, or a map of every
// band. A map that exists is updated: only what its images changed is made anew.

import { availableParallelism } from 'node:os'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Curve } from '#src/image'
import { openCatalog } from '../../origin/catalog/open.ts'
import type { Catalog } from '../../origin/catalog/store.ts'
import { type Config, loadConfig } from '../../origin/config.ts'
import { bandsOf, buildBands } from '../../origin/hips/bands.ts'
import { type BuildOptions, type BuildResult, type BuildWorld, buildMap } from '../../origin/hips/build.ts'
import { buildColourMap } from '../../origin/hips/colour.ts'
import { DEFAULT_ENCODING, type Encoding, type TileFormat } from '../../origin/hips/recipe.ts'
import { progressOn } from '../progress.ts'
import { UsageError } from '../usage.ts'
import { whereSeen } from './import.ts'
import { sizeText } from './list.ts'
import { asUsage } from './usage.ts'

interface Options {
  readonly from: string[]
  readonly band?: string
  readonly color?: [string, string, string]
  readonly order?: number
  readonly publicOrder?: number
  readonly allBands?: boolean
  readonly full?: boolean
  readonly formats: TileFormat[]
  readonly webp?: Encoding['webp']
  readonly jpg?: number
  readonly cuts?: BuildOptions['cuts']
  readonly stretch: Curve
  readonly title?: string
  readonly description?: string
  readonly creator?: string
  readonly property?: Record<string, string>
  readonly skipDeepest?: boolean
  readonly threads: number
  readonly json?: boolean
}

const FORMATS: readonly TileFormat[] = ['png', 'fits', 'webp', 'jpg']
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
  if (formats.length === 0 || formats.some((format) => !FORMATS.includes(format as TileFormat)))
    throw new InvalidArgumentError(`expected some of ${FORMATS.join(', ')}, got "${text}"`)
  return [...new Set(formats)]
}

function parseQuality(text: string): number {
  const quality = Number(text)
  if (!/^\d{1,3}$/.test(text) || quality < 1 || quality > 100)
    throw new InvalidArgumentError(`expected 1 to 100, got "${text}"`)
  return quality
}

const parseWebp = (text: string): Encoding['webp'] => (text === 'lossless' ? text : parseQuality(text))

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

export function addBuild(hips: Command): void {
  hips
    .command('build')
    .argument(
      '<map>',
      'name of the map, e.g. demo/dr1/r; one that exists is updated, and stays as it is until all is done',
    )
    .description('make a map from the images of a collection')
    .requiredOption('--from <collections>', 'collections whose images make the map, separated by commas', parseList)
    .option('--band <band>', 'only images of this band')
    .option('--all-bands', 'a map of every band, named <map>/<band>; with --color a colour map <map>/color too')
    .option('--color <b,g,r>', 'a colour map of three bands, shortest wavelength first (e.g. g,r,i)', parseColour)
    .option('--order <n>', 'deepest order (default: pixels no larger than the images have)', parseWhole)
    .option(
      '--public-order <n>',
      'deepest order that everybody may see (default: as the map has, else all where its images are public, all but two where not)',
      parseWhole,
    )
    .addOption(
      new Option('--formats <list>', `tile formats, some of ${FORMATS.join(', ')}`)
        .argParser(parseFormats)
        .default(['png', 'fits'], 'png,fits'),
    )
    .option('--webp <quality>', `WEBP tiles: 1 to 100, or lossless (default: ${DEFAULT_ENCODING.webp})`, parseWebp)
    .option('--jpg <quality>', `JPEG tiles: 1 to 100 (default: ${DEFAULT_ENCODING.jpg})`, parseQuality)
    .option('--cuts <lo,hi>', 'values shown black and white, or "auto" (default: as the map has, else auto)', parseCuts)
    .option('--stretch <curve>', STRETCHES.join(', '), parseStretch, 'asinh')
    .option('--title <text>', 'what the map is called')
    .option('--description <text>', 'what it shows, in a sentence')
    .option('--creator <text>', 'who made it')
    .option('--property <key=value>', 'a further line of `properties`, may be repeated', parseProperty)
    .option('--skip-deepest', 'do not keep tiles of the deepest order: they are made when they are asked for')
    .option('--full', 'make every tile anew, also where its images are the same')
    .option('--threads <n>', 'threads', parseWhole, availableParallelism())
    .option('--json', 'print the result as JSON')
    .action(async (map: string, options: Options) => {
      const config = loadConfig()
      const catalog = await openCatalog(config)
      try {
        if (options.allBands && options.band) throw new UsageError('--all-bands and --band cannot both be asked for')
        const results = await build(map, options, catalog, config)
        if (options.json) print(options.allBands ? results.map(summary) : summary(results[0]))
        else for (const result of results) report(result, config)
      } catch (error) {
        throw asUsage(error)
      } finally {
        await catalog.close()
      }
    })
}

async function build(map: string, options: Options, catalog: Catalog, config: Config): Promise<BuildResult[]> {
  const { property: properties = {}, color, allBands, webp, jpg, ...rest } = options
  const common = { ...rest, properties, encoding: { ...(webp && { webp }), ...(jpg && { jpg }) } }
  const about = { catalog, dataFolder: config.dataFolder, authority: config.authority, nowMs: Date.now() }
  const progressOf = (label: string) => progressOn(label, options.json)
  if (allBands) return buildBands({ ...common, prefix: map, color }, about, progressOf)
  const world = (label: string): BuildWorld => ({ ...about, progress: progressOf(label) })
  if (!color && rest.band === undefined) await noteBands(catalog, options.from)
  if (!color) return [await buildMap({ ...common, map }, world(map))]
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
    await buildMap({ ...common, title, map: name, band: color[i] }, world(name))
  }
  const { order: _order, ...forColour } = common
  return [await buildColourMap({ ...forColour, map }, bands, world(map))]
}

/** Bands are averaged where nobody says which: rarely what was meant. */
async function noteBands(catalog: Catalog, from: readonly string[]): Promise<void> {
  const bands = await bandsOf(catalog, from)
  if (bands.length > 1)
    console.error(`note: averages the bands ${bands.join(', ')}; --band takes one, --all-bands each, --color three`)
}

function summary({ record, images, leftOut, tiles, bytes, remade }: BuildResult) {
  const { map, order, publicOrder, generation, skyFraction, formats } = record
  return { map, order, publicOrder, formats, generation, images, leftOut, tiles, remade, bytes, skyFraction }
}

const print = (value: unknown) => console.log(JSON.stringify(value))

function report(result: BuildResult, config: Config): void {
  const { record, images, leftOut, tiles, bytes, remade, upToDate, keptCuts } = result
  const { map, order, publicOrder, pixelCut } = record
  console.log(
    `${map}: order ${order} (public to ${publicOrder}), ${tiles} tiles of ${images} image${images === 1 ? '' : 's'}, ${sizeText(bytes)}`,
  )
  if (upToDate) console.log('nothing was to be done: the images are those it was made from (--full makes it anew)')
  else if (remade < tiles) console.log(`${remade} tiles were remade, the other ${tiles - remade} were right`)
  if (keptCuts && !upToDate && pixelCut)
    console.log(`shown from ${pixelCut.low} to ${pixelCut.high} as before; --cuts auto takes new cuts from the images`)
  if (leftOut > 0) console.log(`${leftOut} image${leftOut === 1 ? '' : 's'} left out: not open to everybody one day`)
  console.log(whereSeen(map, config))
}
