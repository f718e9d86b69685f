// Which HDUs of a set of files belong together: images with coordinates, each with its mask, variance, weight, … planes,
// from the same file (afw, lsst.images, JWST) or from companions (DECam ooi/ood/oow, name_sci + name_err).

import { type Hdu, imageHeader } from '#src/fits'
import { parseWcs, type Wcs, WcsError } from '#src/wcs'
import type { PlaneRole } from '../catalog/store.ts'
import { IngestError } from './errors.ts'
import type { FileRole, Mapping } from './mapping.ts'
import { canDecode, type IngestedFile } from './read-file.ts'

export interface FoundPlane {
  readonly role: PlaneRole
  readonly file: IngestedFile
  readonly hdu: Hdu
}

export interface FoundImage {
  readonly file: IngestedFile
  readonly hdu: Hdu
  readonly wcs: Wcs
  readonly width: number
  readonly height: number
  /** More than one image in its file: names need the HDU's. */
  readonly oneOfSeveral: boolean
  /** The image itself first. */
  readonly planes: readonly FoundPlane[]
}

export interface RoledFile {
  readonly file: IngestedFile
  readonly role: PlaneRole
}

type Refuse = (file: IngestedFile, reason: string) => void

const ORDER: readonly PlaneRole[] = ['image', 'mask', 'variance', 'weight', 'error', 'extra']

/** `refuse` is told of each file that gives no plane, and why. */
export function imagesOf(files: readonly RoledFile[], mapping: Mapping, refuse: Refuse): FoundImage[] {
  const companions = files.filter(({ role }) => role !== 'image')
  const used = new Set<IngestedFile>()
  const images = files
    .filter(({ role }) => role === 'image')
    .flatMap(({ file }) => imagesIn(file, mapping, refuse))
    .map((image) => {
      const own = image.planes
      const others = companions.flatMap((companion) => companionPlane(image, companion) ?? [])
      for (const { file } of others) used.add(file)
      return { ...image, planes: [...own, ...others].sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role)) }
    })
  for (const { file, role } of companions) {
    if (used.has(file)) continue
    const why = flatImages(file).length === 0 ? noImage(file) : whyAlone(file, role, images)
    refuse(file, why)
  }
  return images
}

const article = (role: PlaneRole) => (role === 'error' || role === 'extra' ? `an ${role}` : `a ${role}`)

function whyAlone(file: IngestedFile, role: PlaneRole, images: readonly FoundImage[]): string {
  if (images.length === 0) return `${article(role)} plane without the image it belongs to`
  const { width, height } = images[0]
  const sizes = flatImages(file).map(({ image }) => `${image!.axes[0]} x ${image!.axes[1]}`)
  return `${article(role)} plane of ${sizes.join(', ')} pixels, but its image has ${width} x ${height}`
}

function imagesIn(file: IngestedFile, mapping: Mapping, refuse: Refuse): FoundImage[] {
  const flat = flatImages(file)
  if (flat.length === 0) {
    refuse(file, noImage(file))
    return []
  }
  const roles = new Map(flat.map((hdu) => [hdu, roleOf(hdu, mapping)]))
  const found: { hdu: Hdu; wcs: Wcs }[] = []
  let reason: string | undefined
  for (const hdu of flat.filter((candidate) => roles.get(candidate) === 'image')) {
    try {
      if (!canDecode(hdu))
        throw new IngestError('refused', `is compressed by ${hdu.tiles!.algorithm}, which is not read`)
      const header = imageHeader(hdu)
      found.push({ hdu, wcs: parseWcs((keyword) => header.get(keyword), { naxis: hdu.image!.axes }) })
    } catch (error) {
      if (!(error instanceof WcsError || error instanceof IngestError)) throw error
      reason ??= error.message
    }
  }
  if (found.length === 0) refuse(file, reason ?? 'holds planes of an image, but not the image itself')
  return found.map(({ hdu, wcs }) => {
    const [width, height] = hdu.image!.axes
    const planes = flat
      .filter((other) => other !== hdu && belongs(other, hdu, found.length === 1) && canDecode(other))
      .flatMap((other) => planeOf(other, roles.get(other)!, file))
    const own: FoundPlane = { role: 'image', file, hdu }
    return { file, hdu, wcs, width, height, oneOfSeveral: found.length > 1, planes: [own, ...planes] }
  })
}

/** A second image without coordinates of its own is no plane that we know. */
function planeOf(hdu: Hdu, role: FileRole, file: IngestedFile): FoundPlane[] {
  return role === 'image' || role === 'skip' ? [] : [{ role, file, hdu }]
}

/** Same size; and where a file holds several images, the same EXTVER. */
function belongs(plane: Hdu, image: Hdu, onlyImage: boolean): boolean {
  return sameSize(plane, image) && (onlyImage || plane.version === image.version)
}

const sameSize = ({ image: a }: Hdu, { image: b }: Hdu) => a!.axes[0] === b!.axes[0] && a!.axes[1] === b!.axes[1]

/** The HDU of a companion file that goes with an image: the same name, or the only one of that size. */
function companionPlane(image: FoundImage, { file, role }: RoledFile): FoundPlane | undefined {
  const fitting = flatImages(file).filter((hdu) => sameSize(hdu, image.hdu) && canDecode(hdu))
  const named = fitting.find(({ name, version }) => name === image.hdu.name && version === image.hdu.version)
  const placed = fitting.find(({ index }) => index === image.hdu.index)
  const hdu =
    (image.hdu.name !== '' ? named : placed) ?? (fitting.length === 1 && !image.oneOfSeveral ? fitting[0] : undefined)
  return hdu && { role, file, hdu }
}

function roleOf(hdu: Hdu, { hdus }: Mapping): FileRole {
  const name = (hdu.header.string('EXTTYPE') ?? hdu.name).trim()
  if (name === '') return 'image'
  return hdus.find(({ extname }) => extname.test(name))?.role ?? 'image'
}

/** Images of two axes; a third of length 1 does no harm. */
function flatImages({ hdus }: IngestedFile): Hdu[] {
  return hdus.filter(
    ({ image }) => image && image.axes.length >= 2 && image.axes.slice(2).every((length) => length === 1),
  )
}

function noImage({ hdus }: IngestedFile): string {
  const cube = hdus.find(({ image }) => image && image.axes.length > 2)
  if (cube) return `holds a cube (${cube.image!.axes.join(' x ')}), only images of two axes are taken`
  if (hdus.some(({ kind }) => kind === 'bintable' || kind === 'table')) return 'holds tables but no image'
  return 'holds no image of two axes'
}
