// Product + region -> what to send: which planes, which window of each, in which HDU of the answer. Headers only; no
// pixel is read, and the bytes are counted before any work. Each plane has the window of the image; a plane of another
// size has its own coordinates asked.

import { DaliError, formatShape, type Shape } from '#src/dali'
import type { Hdu, PixelWindow } from '#src/fits'
import { imageHeader } from '#src/fits'
import { checkRegion, degToRad, type Region, SkyError } from '#src/sky'
import { inIcrs, parseWcs, type Wcs, WcsError } from '#src/wcs'
import type { PlaneRole, Product } from '../catalog/store.ts'
import type { Files, IndexedFile } from './files.ts'
import { windowBytes } from './pixels.ts'
import { regionWindow } from './region-box.ts'

export interface PlannedPlane {
  readonly role: PlaneRole
  readonly file: IndexedFile
  readonly hdu: Hdu
  readonly window: PixelWindow
}

export interface CutoutPlan {
  readonly planes: readonly PlannedPlane[]
  /** Pixel bytes of the answer, all planes, without headers. */
  readonly pixelBytes: number
  /** The window is the whole image. */
  readonly whole: boolean
}

/** A product of this many planes is none of ours. */
const MAX_PLANES = 64

/** `undefined`: the region holds no pixel of the product. */
export async function planCutout(
  product: Product,
  shape: Shape | undefined,
  files: Files,
): Promise<CutoutPlan | undefined> {
  const planes = await planesOf(product, files)
  const [image] = planes
  const size = sizeOf(image.hdu)
  const region = shape ? regionOf(shape) : undefined
  const window = region ? regionWindow(region, wcsOf(image.hdu), size) : wholeOf(image.hdu)
  if (!window) return undefined
  const planned: PlannedPlane[] = []
  for (const plane of planes) {
    const own = sizeOf(plane.hdu)
    const same = own.width === size.width && own.height === size.height
    const its = same ? window : region ? otherWindow(region, plane.hdu) : wholeOf(plane.hdu)
    if (its) planned.push({ ...plane, window: its })
  }
  const pixelBytes = planned.reduce((sum, plane) => sum + windowBytes(plane.hdu, plane.window), 0)
  const whole = window.x1 - window.x0 === size.width && window.y1 - window.y0 === size.height
  return { planes: planned, pixelBytes, whole }
}

async function planesOf(product: Product, files: Files) {
  if (product.planes.length === 0)
    throw new DaliError('usage', `${product.publisherDid} is kept by another archive: its links say where`, {
      parameter: 'ID',
    })
  if (product.planes.length > MAX_PLANES) throw new Error(`${product.publisherDid} has ${product.planes.length} planes`)
  return Promise.all(
    product.planes.map(async ({ role, fileId, hdu: number }) => {
      const file = await files.file(fileId)
      const hdu = file.index.hdus[number]
      if (!hdu?.image) throw new Error(`${product.publisherDid}: HDU ${number} of ${file.record.key} is no image`)
      return { role, file, hdu }
    }),
  )
}

const sizeOf = ({ image }: Hdu) => ({ width: image!.axes[0], height: image!.axes[1] ?? 1 })

function wholeOf(hdu: Hdu): PixelWindow {
  const { width, height } = sizeOf(hdu)
  return { x0: 0, y0: 0, x1: width, y1: height }
}

function wcsOf(hdu: Hdu): Wcs {
  const header = imageHeader(hdu)
  try {
    const wcs = parseWcs((keyword) => header.get(keyword), { naxis: [...hdu.image!.axes] })
    if (wcs.axes[0] + wcs.axes[1] === 3) return inIcrs(wcs)
  } catch (error) {
    if (!(error instanceof WcsError)) throw error
    throw new DaliError('usage', `this product cannot be cut by a region on the sky: ${error.message}`, {
      cause: error,
    })
  }
  throw new DaliError('usage', 'this product cannot be cut: its sky axes are not its first two')
}

/** A plane on another grid: cut where its own coordinates allow it, else left out (as is said in the manual). */
function otherWindow(region: Region, hdu: Hdu): PixelWindow | undefined {
  try {
    return regionWindow(region, wcsOf(hdu), sizeOf(hdu))
  } catch (error) {
    if (error instanceof DaliError) return undefined
    throw error
  }
}

/** DALI's degrees to radians; a polygon larger than a hemisphere has no inside. */
function regionOf(shape: Shape): Region {
  const region = inRadians(shape)
  try {
    return checkRegion(region)
  } catch (error) {
    if (!(error instanceof SkyError)) throw error
    throw new DaliError('usage', `the region cannot be used: ${error.message}`, { cause: error })
  }
}

function inRadians(shape: Shape): Region {
  if (shape.kind === 'circle') {
    const { lonDeg, latDeg, radiusDeg } = shape
    return { kind: 'circle', lonRad: degToRad(lonDeg), latRad: degToRad(latDeg), radiusRad: degToRad(radiusDeg) }
  }
  if (shape.kind === 'polygon') {
    const vertices = shape.vertices.map(({ lonDeg, latDeg }) => ({
      lonRad: degToRad(lonDeg),
      latRad: degToRad(latDeg),
    }))
    return { kind: 'polygon', vertices }
  }
  return {
    kind: 'range',
    lonMinRad: degToRad(shape.lonMinDeg),
    lonMaxRad: degToRad(shape.lonMaxDeg),
    latMinRad: degToRad(shape.latMinDeg),
    latMaxRad: degToRad(shape.latMaxDeg),
  }
}

/** The region in words, for the provenance cards. */
export const regionText = (shape: Shape): string => `${shape.kind.toUpperCase()} ${formatShape(shape)}`
