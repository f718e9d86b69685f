// A tile's values as the bytes that are served: PNG (grey + alpha or RGBA, transparent where undefined) and FITS.

import { FitsHeader, imageHduBytes, readHdus, readWindow, toPhysical } from '#src/fits'
import { tileCards } from '#src/hips'
import { type Channels, encodePng, luptonRgb, type Plane, stretch } from '#src/image'
import { memorySource } from '#src/storage'
import { nodeRuntime } from '../runtime.ts'
import {
  type ColourStyle,
  DEFAULT_ENCODING,
  type Encoding,
  type GreyStyle,
  TILE_WIDTH,
  type TileFormat,
} from './recipe.ts'

/** Grey and alpha of a plane, its rows as they come. */
export const greyPixels = (plane: Plane, style: GreyStyle): Uint8Array =>
  stretch(plane, { min: style.low, max: style.high }, style.stretch)

/**
 * RGBA of red, green and blue planes, at least one of them present. Where a band is unknown but another is not, the
 * colour is unknown: it takes the mean of the others, so that a gap between detectors shows grey and not green.
 */
export function colourPixels(bands: readonly (Plane | undefined)[], style: ColourStyle): Uint8Array {
  const some = bands.find((band) => band !== undefined) as Plane
  const planes = bands.map((band) => ({
    ...some,
    data: band ? Float32Array.from(band.data) : new Float32Array(some.data.length).fill(Number.NaN),
  }))
  for (let i = 0; i < some.data.length; i++) {
    let known = 0
    let sum = 0
    for (let band = 0; band < 3; band++) {
      const value = planes[band].data[i]
      if (Number.isNaN(value)) continue
      known++
      sum += (value - style.minimum[band]) * style.scale[band]
    }
    if (known === 0 || known === 3) continue
    for (let band = 0; band < 3; band++)
      if (Number.isNaN(planes[band].data[i]))
        planes[band].data[i] = style.minimum[band] + sum / known / style.scale[band]
  }
  return luptonRgb(planes[0], planes[1], planes[2], style)
}

/** FITS rows run bottom up, PNG rows top down (HiPS 1.0 §4.1; checked on CDS's own tiles). */
const pngTile = (pixels: Uint8Array, channels: Channels, width = TILE_WIDTH, height = width): Uint8Array =>
  encodePng(width, height, channels, pixels, nodeRuntime, { bottomUp: true })

/** sharp, loaded where a map has such tiles: one thread each, as there are threads of ours already. */
async function imageWriter() {
  const { default: sharp } = await import('sharp')
  sharp.concurrency(1)
  sharp.cache(false)
  return sharp
}

/** Rows as they come, the bottom one first; transparent pixels are black in a JPEG, which has no alpha. */
export async function pictureTile(
  format: Exclude<TileFormat, 'fits'>,
  pixels: Uint8Array,
  channels: Channels,
  { webp, jpg }: Encoding = DEFAULT_ENCODING,
  width = TILE_WIDTH,
  height = width,
): Promise<Uint8Array> {
  if (format === 'png') return pngTile(pixels, channels, width, height)
  const raw = (await imageWriter())(pixels, { raw: { width, height, channels } }).flip()
  if (format === 'jpg') return raw.removeAlpha().jpeg({ quality: jpg }).toBuffer()
  return raw.webp(webp === 'lossless' ? { lossless: true, effort: 1 } : { quality: webp, effort: 2 }).toBuffer()
}

export function fitsTile(order: number, npix: number, plane: Plane): Uint8Array {
  const header = new FitsHeader()
  for (const { keyword, value, comment } of tileCards(order, npix, TILE_WIDTH)) header.set(keyword, value, comment)
  return imageHduBytes(header, floatImage(plane), { primary: true, runtime: nodeRuntime })
}

export const floatImage = ({ width, height, data }: Plane) => ({
  bitpix: -32 as const,
  width,
  height,
  data: data instanceof Float32Array ? data : Float32Array.from(data),
  bscale: 1,
  bzero: 0,
})

/** The values of a FITS tile of ours. */
export async function readFitsTile(bytes: Uint8Array): Promise<Plane> {
  const source = memorySource('tile', bytes)
  const [hdu] = await readHdus(source)
  const [width, height] = hdu.image?.axes ?? [0, 0]
  const raw = await readWindow(source, hdu, { x0: 0, y0: 0, x1: width, y1: height }, { runtime: nodeRuntime })
  return { width, height, data: toPhysical(raw) }
}
