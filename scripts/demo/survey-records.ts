// What the demo survey is beside its images: its release, visits, detectors, conditions, and what went into its coadds. All
// of it follows from the plan and the files, as the images do. The weather is simulated too: dice, not a place on Earth.

import { readFile } from 'node:fs/promises'
import { readBinTable, readHdus } from '#src/fits'
import { memorySource } from '#src/storage'
import type { Catalog, NewProduct } from '../../origin/catalog/store.ts'
import type { CalibrationRecord, CoaddInputRecord, ConditionsRecord, VisitRecord } from '../../origin/catalog/survey.ts'
import { taiToUtc } from '../../origin/ingest/time.ts'
import { FIELD, makePlan, PIXEL_ARCSEC, type Plan, type SurveySize, type Visit, ZERO_POINT } from './plan.ts'
import { dice } from './random.ts'
import { toSky } from './sky-plane.ts'

const INSTRUMENT = 'DemoCam'
const DETECTORS = [0, 1, 2, 3]
/** Two rafts of two detectors. */
const raftOf = (detector: number) => `R0${detector >> 1}`
const RELEASED_MS = Date.UTC(2025, 5, 30, 12)

export interface DemoSurvey {
  readonly release: string
  readonly seed: number
  readonly size: SurveySize
}

export async function putDemoSurvey(catalog: Catalog, { release, seed, size }: DemoSurvey): Promise<void> {
  const plan = makePlan(seed, size)
  const weather = dice('weather', seed)
  await catalog.putSurvey({
    releases: [
      {
        release,
        title: 'Demo survey, first release',
        description: 'A simulated survey of one field: twelve nights in g, r and i, and their coadds',
        status: 'current',
        releasedMs: RELEASED_MS,
      },
    ],
    visits: plan.visits.map((visit) => visitRecord(release, visit)),
    conditions: plan.visits.map((visit) => conditionsRecord(release, visit, weather)),
    detectors: DETECTORS.map((detector) => ({
      instrument: INSTRUMENT,
      detector,
      name: `${raftOf(detector)}_S0${detector % 2}`,
      raft: raftOf(detector),
      purpose: 'science',
      width: plan.size.detectorPx,
      height: plan.size.detectorPx,
      pixelScaleArcsec: PIXEL_ARCSEC,
    })),
    calibrations: DETECTORS.map((detector) => defects(release, plan, detector)),
  })
}

function visitRecord(release: string, visit: Visit): VisitRecord {
  const pointing = toSky(FIELD, visit.offsetArcsec[0], visit.offsetArcsec[1])
  const end = visit.mjdBegin + visit.exptimeS / 86_400
  // A night is named by the day at its noon before: twelve hours earlier, UTC.
  const night = new Date((visit.mjdBegin - 0.5 - 40_587) * 86_400_000).toISOString().slice(0, 10)
  return {
    release,
    instrument: INSTRUMENT,
    visit: visit.visit,
    obsId: `DC_${String(visit.visit).padStart(5, '0')}`,
    imageType: 'science',
    dayObs: Number(night.replaceAll('-', '')),
    sequence: (visit.visit - 1) % 3,
    band: visit.band,
    physicalFilter: `${visit.band}_demo`,
    targetName: 'demo field',
    program: 'demo',
    raDeg: pointing.raDeg,
    decDeg: pointing.decDeg,
    rotationDeg: visit.rotationDeg,
    tMinMjd: taiToUtc(visit.mjdBegin),
    tMaxMjd: taiToUtc(end),
    exptimeS: visit.exptimeS,
    airmass: visit.airmass,
  }
}

function conditionsRecord(release: string, visit: Visit, weather: ReturnType<typeof dice>): ConditionsRecord {
  const air = weather.between(4, 12)
  return {
    release,
    instrument: INSTRUMENT,
    visit: visit.visit,
    seeingArcsec: visit.seeingArcsec,
    skyBrightnessMag: visit.zeroPoint - 2.5 * Math.log10(visit.skyElectrons / PIXEL_ARCSEC ** 2),
    skyElectrons: visit.skyElectrons,
    zeroPointMag: visit.zeroPoint,
    airTemperatureC: air,
    domeTemperatureC: air + weather.between(-0.5, 1.5),
    humidityPercent: weather.between(15, 60),
    pressureHpa: weather.between(738, 748),
    windSpeedMs: weather.between(0, 12),
    windDirectionDeg: weather.between(0, 360),
  }
}

/** The simulated camera has neither bias nor flat to take off; its bad columns are the one calibration there is. */
function defects(release: string, { visits }: Plan, detector: number): CalibrationRecord {
  return {
    release,
    calibrationId: `defects-${detector}`,
    kind: 'defects',
    instrument: INSTRUMENT,
    detector,
    validFromMjd: Math.floor(visits[0].mjdBegin),
    createdMs: RELEASED_MS,
    rights: { access: 'public', release },
  }
}

/** A coadd's own table INPUTS; undefined for images that have none. */
interface Inputs {
  readonly visit: readonly number[]
  readonly detector: readonly number[]
  readonly seeing: readonly number[]
  /** 1 / variance of a pixel, nJy**-2. */
  readonly weight: readonly number[]
}

/** What the demo knows of a product beyond its headers; the inputs of coadds are put aside in `found`. */
export function amendDemo(found: CoaddInputRecord[], didOf: (visit: number, detector: number) => string) {
  return async (product: NewProduct): Promise<NewProduct> => {
    const { detector, planes, release, publisherDid } = product
    const inputs = await readInputs(planes[0].path)
    const common = { ...product, imageType: 'science', creatorName: 'Skyedge demo survey', proposalId: 'demo' }
    if (!inputs) return { ...common, ...(detector !== undefined && { raft: raftOf(detector) }) }
    inputs.visit.forEach((visit, i) => {
      const weight = inputs.weight[i]
      found.push({
        release,
        coaddDid: publisherDid,
        instrument: INSTRUMENT,
        visit,
        detector: inputs.detector[i],
        weight,
      })
    })
    const seeing = mean(inputs.seeing, inputs.weight)
    return {
      ...common,
      sResolutionArcsec: seeing,
      depthMag: depth(inputs, seeing),
      numInputs: new Set(inputs.visit).size,
      inputs: inputs.visit.map((visit, i) => didOf(visit, inputs.detector[i])),
    }
  }
}

const MAX_COADD_BYTES = 64 * 2 ** 20

async function readInputs(path: string): Promise<Inputs | undefined> {
  if (!/\/(coadd|level3)\//.test(path)) return undefined
  const bytes = await readFile(path)
  if (bytes.length > MAX_COADD_BYTES) return undefined
  const source = memorySource('coadd', bytes)
  const hdu = (await readHdus(source)).find(({ name }) => name === 'INPUTS')
  if (!hdu) return undefined
  const table = await readBinTable(source, hdu)
  const column = (name: string) => [...(table.columns.find((each) => each.name === name)?.values ?? [])].map(Number)
  return {
    visit: column('visit'),
    detector: column('detector'),
    seeing: column('seeing'),
    weight: column('weight'),
  }
}

function mean(values: readonly number[], weights: readonly number[]): number {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return values.reduce((total, value, i) => total + value * weights[i], 0) / sum
}

/**
 * Magnitude of a point source at five sigma where every visit covers it: the weights of the visits (mean of their detectors)
 * added, over the effective pixels of a Gaussian of the mean seeing, 4 pi sigma**2.
 */
function depth({ visit, weight }: Inputs, seeingArcsec: number): number {
  const visits = [...new Set(visit)]
  const total = visits
    .map((each) => weight.filter((_, i) => visit[i] === each))
    .reduce((sum, weights) => sum + weights.reduce((a, b) => a + b, 0) / weights.length, 0)
  const sigmaPx = seeingArcsec / 2.354_82 / PIXEL_ARCSEC
  return ZERO_POINT - 2.5 * Math.log10(5 * Math.sqrt((4 * Math.PI * sigmaPx ** 2) / total))
}
