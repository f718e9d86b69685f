// CAOM -> ObsCore after the IVOA's mapping of the two models (ivoa-std/CAOM, CAOM-ObsCore-mapping.md), for the values that
// CAOM holds. Where that mapping names a URI and our archive has the plain name too (obs_id), the name stands.

import { sRegion } from '#src/obscore'
import { bounds, radToDeg } from '#src/sky'
import type { Observation, Plane } from './types.ts'

export type ObscoreValue = string | number | null

/** Whole seconds, as our tables write them. */
const iso = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString().slice(0, 19))

/** A row of ivoa.ObsCore: the columns that follow from the model. */
export function obscoreRow(observation: Observation, plane: Plane): Record<string, ObscoreValue> {
  const { position, energy, time, polarization = [] } = plane
  const circle = bounds({ kind: 'polygon', vertices: position.bounds })
  return {
    obs_id: observation.observationId,
    obs_collection: observation.collection,
    facility_name: observation.telescope ?? null,
    instrument_name: observation.instrument ?? null,
    target_name: observation.targetName ?? null,
    proposal_id: observation.proposalId ?? null,
    lsst_visit: observation.sequenceNumber ?? null,
    lsst_image_type: observation.type ?? null,
    obs_publisher_did: plane.publisherId,
    obs_creator_did: plane.creatorId ?? null,
    obs_release_date: iso(plane.dataReleaseMs),
    obs_creation_date: iso(plane.lastModifiedMs),
    dataproduct_type: plane.dataProductType,
    calib_level: plane.calibrationLevel,
    o_ucd: plane.observableUcd ?? null,
    s_region: sRegion(position.bounds),
    s_fov: radToDeg(2 * circle.radiusRad),
    s_resolution: position.resolutionArcsec ?? null,
    s_pixel_scale: position.sampleSizeArcsec ?? null,
    s_xel1: position.dimension[0],
    s_xel2: position.dimension[1],
    em_min: energy?.lowerM ?? null,
    em_max: energy?.upperM ?? null,
    em_res_power: energy?.resolvingPower ?? null,
    em_xel: energy ? 1 : null,
    t_min: time?.lowerMjd ?? null,
    t_max: time?.upperMjd ?? null,
    t_exptime: time?.exposureS ?? null,
    t_resolution: time?.resolutionS ?? null,
    t_xel: time ? 1 : null,
    pol_states: polarization.length > 0 ? `/${polarization.join('/')}/` : null,
    pol_xel: polarization.length,
    lsst_band: energy?.bandpassName ?? null,
    dataproduct_subtype: plane.provenance?.name ?? null,
    release: plane.provenance?.project ?? null,
    obs_creator_name: plane.provenance?.producer ?? null,
    bib_reference: plane.provenance?.reference ?? null,
  }
}
