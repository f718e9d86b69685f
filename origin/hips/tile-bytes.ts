// A tile's values as the bytes that are served: PNG (grey + alpha or RGBA, transparent where undefined) and FITS.

import { FitsHeader, imageHduBytes, readHdus, readWindow, toPhysical } from '#src/fits'
import { tileCards } from '#src/hips'
import { encodePng, luptonRgb, type Plane, stretch } from '#src/image'
import { memorySource } from '#src/storage'
import { nodeRuntime } from '../runtime.ts'
import { type ColourStyle, type GreyStyle, TILE_WIDTH } from './recipe.ts'

/** Grey and alpha of a plane, its rows as they come. */
export const greyPixels = (plane: Plane, style: GreyStyle): Uint8Array =>
  stretch(plane, { min: style.low, max: style.high }, style.stretch)

/** RGBA of red, green and blue planes, at least one of them present. */
export function colourPixels(bands: readonly (Plane | undefined)[], style: ColourStyle): Uint8Array {
  const some = bands.find((band) => band !== undefined) as Plane
  const blank = { ...some, data: new Float32Array(some.data.length).fill(Number.NaN) }
  const [red, green, blue] = bands.map((band) => band ?? blank)
  return luptonRgb(red, green, blue, style)
}

/** FITS rows run bottom up, PNG rows top down (HiPS 1.0 §4.1; checked on CDS's own tiles). */
export const pngTile = (pixels: Uint8Array, channels: 2 | 4, width = TILE_WIDTH, height = width): Uint8Array =>
  encodePng(width, height, channels, pixels, nodeRuntime, { bottomUp: true })

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
