// A dataset of a repository and the image in its files -> the product the catalogue keeps. What the registry says goes
// before what the file says: the columns are then those that Rubin's own exporter gives for the same dataset.

import { cleanProductId, publisherDid, sRegion } from '#src/obscore'
import { bounds, type LonLat, radToDeg } from '#src/sky'
import { footprint, inIcrs } from '#src/wcs'
import type { NewProduct, ProductRights } from '../../catalog/store.ts'
import { IngestError } from '../errors.ts'
import { HeaderStack } from '../header-stack.ts'
import { known } from '../known.ts'
import type { FoundImage } from '../planes.ts'
import { generationOf } from '../product.ts'
import { type ButlerMapping, type DatasetTypeRule, type Facts, filled } from './dataset-types.ts'
import type { Dataset } from './datasets.ts'
import { decodeRegion } from './sphgeom.ts'
import { isoUtc, mjdUtc } from './times.ts'

export interface ButlerTarget {
  readonly authority: string
  readonly collection: string
  readonly release: string
  readonly rights: ProductRights
  readonly mapping: ButlerMapping
}

/** A dataset's own UUID: the same in every copy of the repository, and in Rubin's identifiers. */
export const didOf = (id: string, { authority, release }: Pick<ButlerTarget, 'authority' | 'release'>): string =>
  publisherDid({ authority, release, productId: cleanProductId(id) })

export interface Lineage {
  /** publisherDids or URNs of what it was made from. */
  readonly inputs?: readonly string[]
  readonly numInputs?: number
}

export function productOf(
  dataset: Dataset,
  image: FoundImage,
  rule: DatasetTypeRule,
  lineage: Lineage,
  target: ButlerTarget,
): NewProduct {
  const { collection, release, rights, mapping } = target
  const { instrument, band, physicalFilter } = dataset
  const facts = factsOf(dataset)
  const range = mapping.spectralRanges[physicalFilter ?? ''] ?? mapping.spectralRanges[band ?? '']
  const files = [...new Set(image.planes.map((plane) => plane.file))]
  const header = HeaderStack.of(image.hdu, image.file.hdus[0])
  const product = {
    productId: cleanProductId(dataset.id),
    publisherDid: didOf(dataset.id, target),
    collection,
    release,
    dataproductType: rule.dataproductType,
    dataproductSubtype: rule.subtype,
    calibLevel: rule.calibLevel,
    oUcd: rule.oUcd,
    oUnit: rule.oUnit,
    obsId: filled(rule.obsId, facts) ?? dataset.id,
    title: filled(rule.title, facts),
    facility: mapping.facilities[instrument ?? ''] ?? mapping.facility,
    instrument: instrument ?? '',
    targetName: dataset.targetName,
    proposalId: dataset.program,
    band,
    physicalFilter,
    emMinM: range?.[0],
    emMaxM: range?.[1],
    tMinMjd: mjdUtc(dataset.beginNs),
    tMaxMjd: mjdUtc(dataset.endNs),
    exptimeS: dataset.exptimeS,
    ...placeOnSky(dataset, image),
    pixelScaleArcsec: image.wcs.pixelScaleDeg * 3600,
    width: image.width,
    height: image.height,
    // An exposure's number stands where a visit's does: Rubin's exporter does the same.
    visit: dataset.visit ?? dataset.exposure,
    detector: dataset.detector,
    raft: dataset.raft,
    tract: dataset.tract,
    patch: dataset.patch === undefined ? undefined : String(dataset.patch),
    dayObs: dataset.dayObs,
    imageType: dataset.imageType ?? 'science',
    creatorDid: creatorOf(header),
    ...lineage,
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    rights,
    modifiedMs: Math.max(...files.map(({ mtimeMs }) => mtimeMs)),
    planes: image.planes.map((plane) => ({ role: plane.role, path: plane.file.path, hdu: plane.hdu.index })),
  }
  const stated = known(product)
  return { ...stated, generation: generationOf(stated, files) }
}

function factsOf(dataset: Dataset): Facts {
  return {
    id: dataset.id,
    dataset_type: dataset.type.name,
    run: dataset.run,
    instrument: dataset.instrument,
    exposure: dataset.exposure,
    visit: dataset.visit ?? dataset.exposure,
    visit_name: dataset.visitName,
    obs_id: dataset.obsId,
    detector: dataset.detector,
    detector_name: dataset.detectorName,
    raft: dataset.raft,
    physical_filter: dataset.physicalFilter,
    band: dataset.band,
    day_obs: dataset.dayObs,
    skymap: dataset.skymap,
    tract: dataset.tract,
    patch: dataset.patch,
    target_name: dataset.targetName,
    begin: isoUtc(dataset.beginNs),
    end: isoUtc(dataset.endNs),
  }
}

interface Place {
  readonly raDeg: number
  readonly decDeg: number
  readonly fovDeg: number
  readonly sRegion: string
  readonly footprint: readonly LonLat[]
}

/** The registry's region; the image's own coordinates where it has none (an exposure that no visit was defined from). */
function placeOnSky({ region, imageType = 'science' }: Dataset, { wcs, width, height }: FoundImage): Place {
  const stored = region === undefined ? undefined : decodeRegion(region)
  if (stored)
    return {
      raDeg: radToDeg(stored.centre.lonRad),
      decDeg: radToDeg(stored.centre.latRad),
      fovDeg: radToDeg(2 * stored.radiusRad),
      sRegion: sRegion(stored.outline),
      footprint: stored.outline,
    }
  // Whatever coordinates such a frame was given, it shows no sky.
  if (imageType !== 'science')
    throw new IngestError('refused', `is of the type ${imageType}, which has no place on the sky`)
  const outline = footprint(wcs, width, height)
  const circle = bounds({ kind: 'polygon', vertices: outline })
  const middle = inIcrs(wcs).pixelToWorld((width - 1) / 2, (height - 1) / 2) ?? [circle.lonRad, circle.latRad]
  return {
    raDeg: radToDeg(middle[0]),
    decDeg: radToDeg(middle[1]),
    fovDeg: radToDeg(2 * circle.radiusRad),
    sRegion: sRegion(outline),
    footprint: outline,
  }
}

/** Where the file carries the identifier that its creator gave it. */
function creatorOf(header: HeaderStack): string | undefined {
  const did = header.text('CREATOR_DID') ?? header.text('DS_IDENT')
  return did !== undefined && /^(ivo|doi):/.test(did) ? did : undefined
}
