// Visits, detectors and conditions on the way: what the images of a folder say of them, gathered while they are read.

import type { Catalog, NewProduct } from '../catalog/store.ts'
import type { ConditionsRecord, DetectorRecord, VisitKey, VisitRecord } from '../catalog/survey.ts'
import { conditionsDetails, visitDetails } from './details.ts'
import type { HeaderStack } from './header-stack.ts'
import { known } from './known.ts'

export class Visits {
  readonly #visits = new Map<string, VisitRecord>()
  readonly #conditions = new Map<string, ConditionsRecord>()
  readonly #detectors = new Map<string, DetectorRecord>()

  /** Coadds are of no visit, even where their headers name one. */
  note(product: NewProduct, header: HeaderStack): void {
    const { release, instrument, visit, detector, raft } = product
    if (instrument === '' || product.calibLevel > 2) return
    if (detector !== undefined)
      this.#detectors.set(`${instrument} ${detector}`, {
        instrument,
        detector,
        raft,
        name: header.text('DETNAME') ?? header.text('DETSERNO'),
        width: product.width,
        height: product.height,
        pixelScaleArcsec: product.pixelScaleArcsec,
      })
    if (visit === undefined) return
    const key: VisitKey = { release, instrument, visit }
    const name = JSON.stringify(Object.values(key))
    if (this.#visits.has(name)) return
    const { obsId, imageType, dayObs, band, physicalFilter, targetName, tMinMjd, tMaxMjd, exptimeS } = product
    const said = { obsId, imageType, dayObs, band, physicalFilter, targetName, tMinMjd, tMaxMjd, exptimeS }
    this.#visits.set(name, known({ ...key, ...said, ...visitDetails(header) }))
    const conditions = known(conditionsDetails(header))
    if (Object.keys(conditions).length > 0) this.#conditions.set(name, { ...key, ...conditions })
  }

  /** Adds to what is known already: another kind of image of the same visit says other things. */
  async keep(catalog: Catalog): Promise<void> {
    const visits = [...this.#visits.values()]
    const conditions = [...this.#conditions.values()]
    const detectors = [...this.#detectors.values()].map(known)
    this.#visits.clear()
    this.#conditions.clear()
    this.#detectors.clear()
    if (visits.length + detectors.length === 0) return
    await catalog.putSurvey({
      visits: await Promise.all(visits.map(async (visit) => ({ ...(await catalog.visit(visit)), ...visit }))),
      conditions: await Promise.all(conditions.map(async (each) => ({ ...(await catalog.conditions(each)), ...each }))),
      detectors,
    })
  }
}

/** A release that nobody has described yet gets a row, so that it is listed. */
export async function noteRelease(catalog: Catalog, release: string): Promise<void> {
  const releases = await catalog.releases()
  if (!releases.some((record) => record.release === release)) await catalog.putSurvey({ releases: [{ release }] })
}
