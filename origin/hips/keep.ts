// A tile's values become its files, and what is remembered of it: lengths, what Allsky shows, the spread of its values.

import { type Plane, shrink } from '#src/image'
import type { ColourStyle, GreyStyle, TileFormat } from './recipe.ts'
import { colourPixels, fitsTile, greyPixels, pictureTile } from './tile-bytes.ts'
import { tileFile, writeWhole } from './tile-files.ts'
import type { MapWork, Spread, TileDone } from './work.ts'

type Named = Pick<TileDone, 'order' | 'npix' | 'key'>
type Planes = readonly (Plane | undefined)[]
type Encoded = readonly [TileFormat, Uint8Array]

const ALLSKY_ORDER = 3
const ALLSKY_SHRINK = 8

export async function encodeTile(work: MapWork, order: number, npix: number, plane: Plane): Promise<Encoded[]> {
  return encodePictures(work, greysFor(work, plane), 2, () => fitsTile(order, npix, plane))
}

const greysFor = ({ formats, style }: MapWork, plane: Plane) =>
  formats.some((format) => format !== 'fits') ? greyPixels(plane, style as GreyStyle) : undefined

export const encodeColours = (work: MapWork, planes: Planes): Promise<Encoded[]> =>
  encodePictures(work, colourPixels(planes, work.style as ColourStyle), 4)

async function encodePictures(
  { formats, encoding, maker = 1 }: MapWork,
  pixels: Uint8Array | undefined,
  channels: 2 | 4,
  fits?: () => Uint8Array,
): Promise<Encoded[]> {
  const encoded: Encoded[] = []
  // Maps of the first maker have alpha in every tile: those made later are like the others.
  const shown = pixels && maker > 1 ? withoutAlpha(pixels, channels) : undefined
  for (const format of formats)
    if (format === 'fits') encoded.push([format, (fits as () => Uint8Array)()])
    else
      encoded.push([
        format,
        await pictureTile(
          format,
          shown ?? (pixels as Uint8Array),
          shown ? ((channels - 1) as 1 | 3) : channels,
          encoding,
        ),
      ])
  return encoded
}

/** Where every pixel is known alpha says nothing, and costs a bit a pixel: undefined where one is not. */
function withoutAlpha(pixels: Uint8Array, channels: 2 | 4): Uint8Array | undefined {
  const colours = channels - 1
  for (let i = colours; i < pixels.length; i += channels) if (pixels[i] !== 255) return undefined
  const shown = new Uint8Array((pixels.length / channels) * colours)
  for (let i = 0, o = 0; i < pixels.length; i += channels) for (let k = 0; k < colours; k++) shown[o++] = pixels[i + k]
  return shown
}

/** Writes a tile; without values only its key is kept, so that the next build knows that nothing is there. */
export async function keepTile(work: MapWork, named: Named, plane: Plane | undefined): Promise<TileDone> {
  if (!plane) return { ...named, files: [] }
  const { order, npix } = named
  const style = work.style as GreyStyle
  const pixels = greysFor(work, plane)
  const files = await encodePictures(work, pixels, 2, () => fitsTile(order, npix, plane))
  const small = order === ALLSKY_ORDER ? shrink(plane, ALLSKY_SHRINK) : undefined
  const values = spreadOf(plane.data)
  return {
    ...named,
    files: store(work, named, files),
    ...(small && { small: { values: small.data as Float32Array, pixels: greyPixels(small, style) } }),
    ...(order === work.order && { filled: values.count / plane.data.length }),
    values,
    ...(pixels && { greys: spreadOfPixels(pixels, 2) }),
  }
}

export async function keepColours(work: MapWork, named: Named, planes: Planes): Promise<TileDone> {
  if (planes.every((plane) => plane === undefined)) return { ...named, files: [] }
  const style = work.style as ColourStyle
  const pixels = colourPixels(planes, style)
  const files = store(work, named, await encodePictures(work, pixels, 4))
  const small = () => ({
    pixels: colourPixels(
      planes.map((plane) => plane && shrink(plane, ALLSKY_SHRINK)),
      style,
    ),
  })
  return {
    ...named,
    files,
    ...(named.order === ALLSKY_ORDER && { small: small() }),
    greys: spreadOfPixels(pixels, 4),
  }
}

function store(work: MapWork, { order, npix }: Named, files: readonly Encoded[]): TileDone['files'] {
  return files.map(([format, bytes]) => {
    if (!(work.skipDeepest && order === work.order))
      writeWhole(tileFile(work.folder, { order, npix, format }), bytes, work.releasedMs)
    return { format, bytes: bytes.length }
  })
}

function spreadOf(data: Plane['data']): Spread {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  let sum = 0
  let count = 0
  for (let i = 0, n = data.length; i < n; i++) {
    const value = data[i]
    if (value < min) min = value
    if (value > max) max = value
    else if (Number.isNaN(value)) continue
    sum += value
    count++
  }
  return { min, max, sum, count }
}

/** The last channel is alpha: 0 = undefined, where the others are 0 too. */
function spreadOfPixels(pixels: Uint8Array, channels: 2 | 4): Spread {
  const colours = channels - 1
  const seen = new Uint32Array(256)
  let undefinedPixels = 0
  for (let i = 0, n = pixels.length; i < n; i += channels) {
    if (pixels[i + colours] === 0) undefinedPixels++
    for (let k = 0; k < colours; k++) seen[pixels[i + k]]++
  }
  seen[0] -= colours * undefinedPixels
  const min = seen.findIndex((times) => times > 0)
  const max = seen.findLastIndex((times) => times > 0)
  const sum = seen.reduce((total, times, value) => total + times * value, 0)
  return { min, max, sum, count: (pixels.length / channels - undefinedPixels) * colours }
}
