// ivoa.ObsCore over the products. What is not known is NULL; what follows from something else is said where it follows.

import { DATALINK_FORMAT } from '#src/obscore'
import { raw, sql } from './fragment.ts'
import { isoTime, PRODUCT, productPlaces, productsWithRights, type View, type ViewContext } from './views.ts'

/** What a query may not hold as it is, or forms read otherwise (RFC 3986 §3.4; `:`, `/` and `?` may stand). */
const ESCAPES = ['%', '&', '#', '+', ' ']
const encoded = (text: string): string =>
  ESCAPES.reduce((inner, character) => `REPLACE(${inner}, '${character}', '${encodeURIComponent(character)}')`, text)
const accessUrl = (base: string) =>
  sql`CAST(${`${base}/datalink/links?ID=`} AS TEXT) || ${raw(encoded('p.publisher_did'))}`

export function obscoreView(context: ViewContext): View {
  const { dialect, base, authority } = context
  const { from, where, dataRights, releaseTime } = productsWithRights(context)
  return {
    from,
    where,
    columns: {
      dataproduct_type: PRODUCT.type,
      calib_level: 'p.calib_level',
      obs_collection: 'p.collection',
      obs_id: 'p.obs_id',
      obs_publisher_did: 'p.publisher_did',
      access_url: accessUrl(base),
      access_format: `'${DATALINK_FORMAT}'`,
      // A file of one byte is not of no size.
      access_estsize: '(p.size_bytes + 999) / 1000',
      target_name: 'p.target_name',
      s_ra: 'p.ra_deg',
      s_dec: 'p.dec_deg',
      s_fov: 'p.fov_deg',
      s_region: 'p.s_region',
      s_resolution: 'p.s_resolution_arcsec',
      s_xel1: 'NULLIF(p.width, 0)',
      s_xel2: 'NULLIF(p.height, 0)',
      t_min: 'p.t_min_mjd',
      t_max: 'p.t_max_mjd',
      t_exptime: 'p.exptime_s',
      t_resolution: PRODUCT.timeResolution,
      t_xel: PRODUCT.timeSamples,
      em_min: 'p.em_min_m',
      em_max: 'p.em_max_m',
      em_res_power: PRODUCT.resolvingPower,
      em_xel: PRODUCT.spectralSamples,
      o_ucd: 'p.o_ucd',
      pol_states: 'p.pol_states',
      pol_xel: PRODUCT.polarizations,
      facility_name: `NULLIF(p.facility, '')`,
      instrument_name: `NULLIF(p.instrument, '')`,
      dataproduct_subtype: 'p.dataproduct_subtype',
      target_class: 'p.target_class',
      obs_creation_date: isoTime('p.modified_ms', dialect),
      obs_creator_name: 'p.creator_name',
      obs_creator_did: 'p.creator_did',
      obs_title: 'p.title',
      publisher_id: sql`CAST(${`ivo://${authority}`} AS TEXT)`,
      bib_reference: 'p.bib_reference',
      data_rights: dataRights,
      obs_release_date: releaseTime,
      s_ucd: `'pos.eq'`,
      s_unit: `'deg'`,
      s_pixel_scale: 'NULLIF(p.pixel_scale_arcsec, 0)',
      em_ucd: `'em.wl'`,
      em_unit: `'m'`,
      em_resolution: `CASE WHEN p.em_res_power IS NULL THEN p.em_max_m - p.em_min_m END`,
      o_unit: 'p.o_unit',
      proposal_id: 'p.proposal_id',
      lsst_visit: 'p.visit',
      lsst_detector: 'p.detector',
      lsst_raft: 'p.raft',
      lsst_band: 'p.band',
      lsst_filter: 'p.physical_filter',
      lsst_tract: 'p.tract',
      lsst_patch: 'p.patch',
      lsst_image_type: 'p.image_type',
      release: 'p.release',
    },
    hidden: productPlaces(dialect),
    region: 's_region',
    position: ['s_ra', 's_dec'],
  }
}
