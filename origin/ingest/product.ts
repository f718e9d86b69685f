// A found image -> the product the catalogue keeps: coordinates, description, rights, and a generation that changes
// with any of its bytes, its description or its rights.

import { createHash } from 'node:crypto'
import { publisherDid, sRegion } from '#src/obscore'
import { bounds, radToDeg } from '#src/sky'
import { footprint, inIcrs } from '#src/wcs'
import type { NewProduct, ProductRights } from '../catalog/store.ts'
import { describe } from './describe.ts'
import { detailsOf } from './details.ts'
import { HeaderStack } from './header-stack.ts'
import { known } from './known.ts'
import type { Mapping } from './mapping.ts'
import type { FoundImage } from './planes.ts'
import type { IngestedFile } from './read-file.ts'
import { stemOf } from './walk.ts'

export interface ProductTarget {
  readonly authority: string
  readonly collection: string
  readonly release: string
  readonly rights: ProductRights
  readonly mapping: Mapping
}

export function productOf(image: FoundImage, productId: string, target: ProductTarget): NewProduct {
  const { authority, collection, release, rights, mapping } = target
  const { file, hdu, wcs, width, height } = image
  const header = HeaderStack.of(hdu, file.hdus[0])
  const described = describe(header, file.tree, mapping, stemOf(file.name))
  const outline = footprint(wcs, width, height)
  const circle = bounds({ kind: 'polygon', vertices: outline })
  const middle = inIcrs(wcs).pixelToWorld((width - 1) / 2, (height - 1) / 2) ?? [circle.lonRad, circle.latRad]
  const files = [...new Set(image.planes.map((plane) => plane.file))]
  const product = {
    calibLevel: 2,
    dataproductSubtype: collection.slice(collection.lastIndexOf('.') + 1),
    facility: '',
    instrument: '',
    obsId: described.visit === undefined ? productId : String(described.visit),
    ...known(detailsOf(header)),
    ...described,
    productId,
    publisherDid: publisherDid({ authority, release, productId }),
    collection,
    release,
    raDeg: radToDeg(middle[0]),
    decDeg: radToDeg(middle[1]),
    fovDeg: radToDeg(2 * circle.radiusRad),
    sRegion: sRegion(outline),
    footprint: outline,
    pixelScaleArcsec: wcs.pixelScaleDeg * 3600,
    width,
    height,
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    rights,
    modifiedMs: Math.max(...files.map(({ mtimeMs }) => mtimeMs)),
    planes: image.planes.map((plane) => ({ role: plane.role, path: plane.file.path, hdu: plane.hdu.index })),
  }
  const titled = { title: titleOf(product), ...product }
  return { ...titled, generation: generationOf(titled, files) }
}

/** Of what is said of a product and of the bytes of its files. */
export function generationOf(product: object, files: readonly IngestedFile[]): string {
  const bytes = files.map(({ digest, sizeBytes, mtimeMs }) => [digest, sizeBytes, mtimeMs])
  const hash = createHash('sha256').update(JSON.stringify([sorted(product), bytes]))
  return hash.digest('hex').slice(0, 16)
}

/** `calexp - r - visit 12, detector 3`: kind, band, and what it is an image of. */
function titleOf(product: Partial<NewProduct>): string {
  const { dataproductSubtype, band, visit, detector, tract, patch, productId, targetName } = product
  const place = [
    visit !== undefined && `visit ${visit}`,
    detector !== undefined && `detector ${detector}`,
    tract !== undefined && `tract ${tract}`,
    patch !== undefined && `patch ${patch}`,
  ].filter(Boolean)
  const subject = place.length > 0 ? place.join(', ') : (targetName ?? productId)
  return [dataproductSubtype, band, subject].filter(Boolean).join(' - ').slice(0, 200)
}

/** In one order, whatever the order the fields were found in. */
function sorted(product: object): [string, unknown][] {
  return Object.entries(known(product)).sort(([a], [b]) => (a < b ? -1 : 1))
}
