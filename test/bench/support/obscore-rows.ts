// A simulated survey as rows, without pixels: 5200 visits x 189 detectors and 17,200 coadd patches make 10^6 products.
// 600 of the visits look at four deep fields (some 140 detector images over each point of them), the others anywhere
// from declination -75 to +10 (0 to 5 images over a point). The same rows on every run.

import { lonLatDeg, offset, radToDeg } from '#src/sky'
import type { CatalogBatch, NewFile, NewProduct } from '../../../origin/catalog/store.ts'
import type { SurveyChange } from '../../../origin/catalog/survey.ts'

export interface SurveySize {
  readonly visits: number
  readonly patches: number
}
export const MILLION: SurveySize = { visits: 5200, patches: 17_200 }
export const RELEASE = 'sim1'
export const COLLECTION = 'sim.visit_image'
/** Centres of the deep fields, degrees: COSMOS, XMM-LSS, ELAIS S1, ECDFS. */
export const DEEP_FIELDS = [
  [150.1, 2.18],
  [35.57, -4.82],
  [9.45, -44.02],
  [52.98, -28.12],
] as const
export const visitNumber = (index: number): number =>
  2026_0101_00000 + (index % 400) * 100_000 + Math.floor(index / 400)

const BANDS = ['u', 'g', 'r', 'i', 'z', 'y'] as const
/** Edges of the passbands, nm. */
const NM = [320, 400, 402, 552, 552, 691, 691, 818, 818, 922, 950, 1080] as const
const CCD_DEG = 0.2222
const PITCH_DEG = 0.2347
const DEEP_SHARE = 600 / 5200
const FIRST_MJD = 61041
const BATCH = 4000
/** Stands for the index of a file's HDUs, of the size of a small one. */
const INDEX = new Uint8Array(96).fill(7)

/** Lehmer's generator. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

/** Where a detector's centre is in the camera, degrees: 5 x 5 rafts of 3 x 3, without the four corner rafts. */
const DETECTORS: readonly { x: number; y: number; raft: string; name: string }[] = Array.from(
  { length: 25 },
  (_, i) => i,
)
  .filter((raft) => ![0, 4, 20, 24].includes(raft))
  .flatMap((raft) =>
    Array.from({ length: 9 }, (_, ccd) => ({
      x: ((raft % 5) * 3 + (ccd % 3) - 7) * PITCH_DEG,
      y: (Math.floor(raft / 5) * 3 + Math.floor(ccd / 3) - 7) * PITCH_DEG,
      raft: `R${Math.floor(raft / 5)}${raft % 5}`,
      name: `R${Math.floor(raft / 5)}${raft % 5}_S${Math.floor(ccd / 3)}${ccd % 3}`,
    })),
  )
export const DETECTOR_COUNT = DETECTORS.length

interface Pointing {
  readonly visit: number
  readonly raDeg: number
  readonly decDeg: number
  readonly angleRad: number
  readonly band: number
  readonly mjd: number
  readonly deep: boolean
}

/** The visits in the order of their time. */
export function pointings({ visits }: SurveySize): Pointing[] {
  const random = dice(20261122)
  const sinLow = Math.sin((-75 * Math.PI) / 180)
  const sinHigh = Math.sin((10 * Math.PI) / 180)
  return Array.from({ length: visits }, (_, i) => {
    const deep = Math.floor((i + 1) * DEEP_SHARE) > Math.floor(i * DEEP_SHARE)
    const field = DEEP_FIELDS[Math.floor(i * DEEP_SHARE) % 4]
    const [a, b, c] = [random(), random(), random()]
    const wideDec = radToDeg(Math.asin(sinLow + (sinHigh - sinLow) * b))
    return {
      visit: visitNumber(i),
      raDeg: deep ? field[0] + (a - 0.5) * 0.8 : a * 360,
      decDeg: deep ? field[1] + (b - 0.5) * 0.8 : wideDec,
      angleRad: c * 2 * Math.PI,
      band: i % 6,
      mjd: FIRST_MJD + (i % 400) + 0.02 + Math.floor(i / 400) * 0.0005,
      deep,
    }
  })
}

export function surveyOf(size: SurveySize): SurveyChange {
  const visits = pointings(size)
  const key = (visit: number) => ({ release: RELEASE, instrument: 'SimCam', visit })
  return {
    releases: [{ release: RELEASE, title: 'Simulated release', status: 'current', releasedMs: Date.UTC(2026, 5, 1) }],
    detectors: DETECTORS.map(({ name, raft }, detector) => ({ instrument: 'SimCam', detector, name, raft })),
    visits: visits.map(({ visit, raDeg, decDeg, band, mjd, deep }) => ({
      ...key(visit),
      obsId: String(visit),
      imageType: 'science',
      dayObs: Math.floor(visit / 100_000),
      band: BANDS[band],
      targetName: deep ? 'deep' : 'wide',
      raDeg,
      decDeg,
      tMinMjd: mjd,
      tMaxMjd: mjd + 30 / 86_400,
      exptimeS: 30,
    })),
    conditions: visits.map(({ visit }, i) => ({
      ...key(visit),
      seeingArcsec: 0.5 + ((i * 7) % 100) / 100,
      airTemperatureC: 8 + ((i * 3) % 10),
    })),
  }
}

/** Products and their files, some thousands at a time. */
export function* survey(size: SurveySize): Generator<CatalogBatch> {
  let files: NewFile[] = []
  let products: NewProduct[] = []
  for (const product of productsOf(size)) {
    const { path } = product.planes[0]
    const { sizeBytes, modifiedMs: mtimeMs } = product
    files.push({
      path,
      key: path.slice(1),
      sizeBytes,
      mtimeMs,
      ctimeMs: mtimeMs,
      digest: product.generation,
      index: INDEX,
    })
    products.push(product)
    if (products.length < BATCH) continue
    yield { files, products }
    files = []
    products = []
  }
  if (products.length > 0) yield { files, products }
}

function* productsOf(size: SurveySize): Generator<NewProduct> {
  for (const pointing of pointings(size)) {
    const centre = lonLatDeg(pointing.raDeg, pointing.decDeg)
    for (const [detector, { x, y, raft, name }] of DETECTORS.entries()) {
      const corner = (dx: number, dy: number) =>
        offset(
          centre.lonRad,
          centre.latRad,
          Math.atan2(x + dx, y + dy) + pointing.angleRad,
          (Math.hypot(x + dx, y + dy) * Math.PI) / 180,
        )
      const half = CCD_DEG / 2
      yield product({
        name: `visit_image-${pointing.visit}-${detector}`,
        collection: COLLECTION,
        corners: [corner(half, -half), corner(half, half), corner(-half, half), corner(-half, -half)],
        centre: corner(0, 0),
        sideDeg: CCD_DEG,
        band: pointing.band,
        more: {
          calibLevel: 2,
          obsId: String(pointing.visit),
          targetName: pointing.deep ? 'deep' : 'wide',
          visit: pointing.visit,
          dayObs: Math.floor(pointing.visit / 100_000),
          detector,
          raft,
          title: `Visit ${pointing.visit}, ${name}`,
          imageType: 'science',
          tMinMjd: pointing.mjd,
          tMaxMjd: pointing.mjd + 30 / 86_400,
          exptimeS: 30,
          sResolutionArcsec: 0.8,
        },
      })
    }
  }
  for (let i = 0; i < size.patches; i++) {
    const tract = 9000 + Math.floor(i / 600)
    const [dx, dy] = [Math.floor(i / 6) % 10, Math.floor(i / 60) % 10]
    const corner = (a: number, b: number) => lonLatDeg(50 + (tract % 90) * 2.2 + (dx + a) * 0.2, -30 + (dy + b) * 0.2)
    yield product({
      name: `deep_coadd-${tract}-${dx},${dy}-${BANDS[i % 6]}`,
      collection: 'sim.deep_coadd',
      corners: [corner(1, 0), corner(1, 1), corner(0, 1), corner(0, 0)],
      centre: corner(0.5, 0.5),
      sideDeg: 0.2,
      band: i % 6,
      more: { calibLevel: 3, obsId: `${tract}-${dx},${dy}`, tract, patch: `${dx},${dy}`, depthMag: 26, numInputs: 30 },
    })
  }
}

interface Parts {
  readonly name: string
  readonly collection: string
  readonly corners: NewProduct['footprint']
  readonly centre: NewProduct['footprint'][number]
  readonly sideDeg: number
  readonly band: number
  readonly more: Partial<NewProduct> & Pick<NewProduct, 'calibLevel' | 'obsId'>
}

function product({ name, collection, corners, centre, sideDeg, band, more }: Parts): NewProduct {
  const outline = corners.map(({ lonRad, latRad }) => `${radToDeg(lonRad).toFixed(7)} ${radToDeg(latRad).toFixed(7)}`)
  return {
    productId: name,
    publisherDid: `ivo://skyedge.example/${RELEASE}?${name}`,
    collection,
    release: RELEASE,
    dataproductSubtype: collection.slice(4),
    facility: 'Simulated Observatory',
    instrument: 'SimCam',
    band: BANDS[band],
    emMinM: NM[band * 2] * 1e-9,
    emMaxM: NM[band * 2 + 1] * 1e-9,
    raDeg: radToDeg(centre.lonRad),
    decDeg: radToDeg(centre.latRad),
    fovDeg: sideDeg * Math.SQRT2,
    sRegion: `POLYGON ICRS ${outline.join(' ')}`,
    footprint: corners,
    pixelScaleArcsec: 0.2,
    width: 4000,
    height: 4000,
    sizeBytes: 33_554_880,
    rights: { access: 'public', release: RELEASE },
    generation: 'g1',
    modifiedMs: Date.UTC(2026, 5, 1),
    planes: [{ role: 'image', path: `/sim/${name}.fits`, hdu: 1 }],
    ...more,
  }
}
