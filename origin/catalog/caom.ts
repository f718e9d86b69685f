// Products of one observation -> the observation as CAOM says it. What caom2's tables say of the same products follows
// from the same fields (tables/caom-views.ts); the tests compare the two.

import type { Artifact, Observation, Plane, ProductType } from '#src/caom2'
import { observationUri, planeUri } from '#src/caom2'
import type { Principal } from '#src/rights'
import { decide } from '#src/rights'
import type { Catalog, PlaneRole, Product } from './store.ts'

type May = (product: Pick<Product, 'rights'>) => boolean

/** Undefined where nothing of it may be seen, or there is no such observation: the two cannot be told apart. */
export async function observation(
  catalog: Catalog,
  collection: string,
  observationId: string,
  may: May,
): Promise<Observation | undefined> {
  const products = (await catalog.productsOfObservation(collection, observationId)).filter(may)
  const [first] = products
  if (!first) return undefined
  const key = first.visit === undefined ? undefined : { ...first, visit: first.visit }
  const [visit, conditions, members] = await Promise.all([
    key && catalog.visit(key),
    key && catalog.conditions(key),
    membersOf(catalog, first, may),
  ])
  const releaseDates = new Map((await catalog.releases()).map(({ release, releasedMs }) => [release, releasedMs]))
  const planes: Plane[] = []
  for (const product of products) {
    const releasedMs = releaseMs(product, releaseDates.get(product.release))
    planes.push(
      planeOf(product, releasedMs, await artifactsOf(catalog, product), await inputsOf(catalog, product, may)),
    )
  }
  const derived = first.tract !== undefined || members !== undefined
  return {
    kind: derived ? 'derived' : 'simple',
    collection,
    observationId,
    algorithm: derived ? 'coadd' : 'exposure',
    lastModifiedMs: first.modifiedMs,
    metaReleaseMs: planes[0].dataReleaseMs,
    sequenceNumber: first.visit,
    type: first.imageType,
    intent: first.imageType === undefined || first.imageType === 'science' ? 'science' : 'calibration',
    proposalId: first.proposalId,
    targetName: first.targetName,
    targetPosition:
      visit?.raDeg === undefined || visit.decDeg === undefined
        ? undefined
        : { raDeg: visit.raDeg, decDeg: visit.decDeg },
    telescope: first.facility || undefined,
    instrument: first.instrument || undefined,
    environment: conditions && {
      seeingArcsec: conditions.seeingArcsec,
      humidity: conditions.humidityPercent === undefined ? undefined : conditions.humidityPercent / 100,
      ambientTempC: conditions.airTemperatureC,
    },
    planes,
    members,
  }
}

export const mayBeSeenBy =
  (principal: Principal, nowMs: number) =>
  ({ rights }: Pick<Product, 'rights'>): boolean =>
    decide(principal, rights, nowMs).outcome === 'allow'

/** As the view of ivoa.ObsCore has it (tables/views.ts). */
function releaseMs({ rights, modifiedMs }: Product, releasedMs: number | undefined): number | undefined {
  const { access, publicFromMs, embargoUntilMs = Number.NEGATIVE_INFINITY } = rights
  const date = publicFromMs ?? (access === 'public' ? (rights.embargoUntilMs ?? releasedMs ?? modifiedMs) : undefined)
  return date === undefined ? undefined : Math.max(date, embargoUntilMs)
}

function planeOf(
  product: Product,
  dataReleaseMs: number | undefined,
  artifacts: readonly Artifact[],
  inputs: readonly string[],
): Plane {
  const { emMinM, emMaxM, tMinMjd, tMaxMjd, exptimeS, polStates } = product
  return {
    productId: product.productId,
    publisherId: product.publisherDid,
    creatorId: product.creatorDid,
    lastModifiedMs: product.modifiedMs,
    dataReleaseMs,
    dataProductType: product.dataproductType ?? 'image',
    calibrationLevel: product.calibLevel,
    provenance: {
      name: product.dataproductSubtype,
      project: product.release,
      producer: product.creatorName,
      reference: product.bibReference,
      inputs,
    },
    observableUcd: product.oUcd,
    magLimit: product.depthMag,
    position: {
      bounds: product.footprint,
      dimension: [product.width, product.height],
      resolutionArcsec: product.sResolutionArcsec,
      sampleSizeArcsec: product.pixelScaleArcsec,
    },
    energy:
      emMinM === undefined || emMaxM === undefined
        ? undefined
        : {
            lowerM: emMinM,
            upperM: emMaxM,
            resolvingPower:
              product.emResPower ?? (emMaxM > emMinM ? (emMinM + emMaxM) / 2 / (emMaxM - emMinM) : undefined),
            bandpassName: product.band,
          },
    time:
      tMinMjd === undefined || tMaxMjd === undefined
        ? undefined
        : {
            lowerMjd: tMinMjd,
            upperMjd: tMaxMjd,
            exposureS: exptimeS,
            resolutionS: product.tResolutionS ?? exptimeS,
          },
    polarization: polStates?.split('/').filter((state) => state !== ''),
    artifacts,
  }
}

const TYPES: Readonly<Record<PlaneRole, ProductType>> = {
  image: 'science',
  mask: 'auxiliary',
  variance: 'noise',
  error: 'noise',
  weight: 'weight',
  extra: 'auxiliary',
}

/** One for each file, with the planes in it; the file is what its first plane is. */
async function artifactsOf(catalog: Catalog, { planes }: Product): Promise<Artifact[]> {
  const artifacts: Artifact[] = []
  for (const fileId of new Set(planes.map((plane) => plane.fileId))) {
    const file = await catalog.file(fileId)
    if (!file) continue
    const parts = planes
      .filter((plane) => plane.fileId === fileId)
      .map(({ role, hdu }) => ({ name: String(hdu), productType: TYPES[role] }))
    artifacts.push({
      uri: `file:${encodeURI(file.key)}`,
      productType: parts[0].productType,
      contentLength: file.sizeBytes,
      lastModifiedMs: file.mtimeMs,
      parts,
    })
  }
  return artifacts
}

/** The schema takes no blank, slash, backslash or percent in the parts of a URI. */
const isPlaneUri = (uri: string) => /^caom:[^ /\\%]+\/[^ /\\%]+\/[^ /\\%]+$/.test(uri)
const isObservationUri = (uri: string) => /^caom:[^ /\\%]+\/[^ /\\%]+$/.test(uri)

/** Inputs that the archive has and the caller may see, and those that already are URIs of planes elsewhere. */
async function inputsOf(catalog: Catalog, product: Product, may: May): Promise<string[]> {
  const uris: string[] = []
  for (const input of product.inputs ?? []) {
    const found = await catalog.product(input)
    if (found ? may(found) : true)
      uris.push(found ? planeUri({ collection: found.collection, observationId: found.obsId }, found.productId) : input)
  }
  return uris.filter(isPlaneUri)
}

/** Undefined where it was not made from others. */
async function membersOf(catalog: Catalog, { publisherDid }: Product, may: May): Promise<string[] | undefined> {
  const inputs = await catalog.coaddInputs(publisherDid)
  if (inputs.length === 0) return undefined
  const visits = new Map(inputs.map((input) => [`${input.instrument} ${input.visit}`, input]))
  const members = new Set<string>()
  for (const key of visits.values())
    for (const { collection, obsId, rights } of await catalog.observationsOfVisit(key))
      if (may({ rights })) members.add(observationUri({ collection, observationId: obsId }))
  return [...members].filter(isObservationUri).sort()
}
