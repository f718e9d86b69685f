// The demo's FITS files. An exposure: empty primary, IMAGE, MASK, VARIANCE, as afw lays them out; the mask RICE
// compressed (it is mostly zero), image and variance as they are. Its lossy twin: all three RICE compressed.
// Every file is written under a temporary name and renamed, so that a broken run leaves no half file behind.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compressedImageHduBytes, emptyPrimaryBytes, type FitsHeader, imageHduBytes, type RawImage } from '#src/fits'
import type { MaskPlane, Plane } from '#src/image'
import { nodeRuntime as runtime } from '../../origin/runtime.ts'
import { exposureCards, fluxCards, header, maskCards, varianceCards, wcsCards } from './cards.ts'
import type { Exposure } from './detector.ts'
import type { Plan, Visit } from './plan.ts'

/** Every third night has lossy twins. */
export const hasTwin = (visit: Visit) => visit.night % 3 === 0

export function calexpPath(visit: Visit, detector: number): string {
  const number = String(visit.visit).padStart(5, '0')
  return `calexp/${number}/calexp-${number}-${detector}-${visit.band}.fits`
}
export const twinPath = (visit: Visit, detector: number) =>
  `${calexpPath(visit, detector).replace(/^calexp/, 'calexp_comp')}.fz`

export function writeWhole(folder: string, path: string, parts: readonly Uint8Array[]): number {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.part`, Buffer.concat(parts))
  renameSync(`${file}.part`, file)
  return parts.reduce((sum, part) => sum + part.length, 0)
}

const rawFloat = ({ width, height, data }: Plane): RawImage => ({
  bitpix: -32,
  width,
  height,
  data: data as Float32Array,
  bscale: 1,
  bzero: 0,
})
const rawMask = ({ width, height, data }: MaskPlane): RawImage => ({
  bitpix: 32,
  width,
  height,
  data,
  bscale: 1,
  bzero: 0,
})

export interface MaskedImage {
  readonly image: Plane
  readonly mask: MaskPlane
  readonly variance: Plane
}

type Headers = Record<'primary' | 'image' | 'mask' | 'variance', FitsHeader>

/** Empty primary, IMAGE, MASK (losslessly compressed), VARIANCE. */
export function maskedImageBytes(headers: Headers, { image, mask, variance }: MaskedImage): Uint8Array[] {
  return [
    emptyPrimaryBytes(headers.primary),
    imageHduBytes(headers.image, rawFloat(image), { name: 'IMAGE', runtime }),
    compressedImageHduBytes(headers.mask, rawMask(mask), { algorithm: 'RICE_1', name: 'MASK', runtime }),
    imageHduBytes(headers.variance, rawFloat(variance), { name: 'VARIANCE', runtime }),
  ]
}

/** The same, with the floats quantised to a quarter of the noise and dithered. */
function lossyBytes(headers: Headers, { image, mask, variance }: MaskedImage): Uint8Array[] {
  const lossy = { algorithm: 'RICE_1', quantizeLevel: 4, dither: 'SUBTRACTIVE_DITHER_1', runtime } as const
  return [
    emptyPrimaryBytes(headers.primary),
    compressedImageHduBytes(headers.image, rawFloat(image), { ...lossy, name: 'IMAGE' }),
    compressedImageHduBytes(headers.mask, rawMask(mask), { algorithm: 'RICE_1', name: 'MASK', runtime }),
    compressedImageHduBytes(headers.variance, rawFloat(variance), { ...lossy, name: 'VARIANCE' }),
  ]
}

/** Writes an exposure, and its twin where it has one; gives the bytes written. */
export function writeExposure(folder: string, plan: Plan, visit: Visit, detector: number, exposure: Exposure): number {
  const wcs = wcsCards(exposure.optics)
  const headers = {
    primary: header(exposureCards(plan, visit, detector)),
    image: header(wcs, fluxCards),
    mask: header(wcs, maskCards),
    variance: header(wcs, varianceCards),
  }
  const bytes = writeWhole(folder, calexpPath(visit, detector), maskedImageBytes(headers, exposure))
  if (!hasTwin(visit)) return bytes
  return bytes + writeWhole(folder, twinPath(visit, detector), lossyBytes(headers, exposure))
}
