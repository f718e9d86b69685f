// The schema `caom2` over products, planes and files. An observation is the first of its products that may be shown; an
// artifact is the first plane of a product in a file. So nothing is stored twice, and what is hidden leaves no trace.

import { OBSERVATION_URI } from './definitions.ts'
import { type Fragment, sql } from './fragment.ts'
import { isoTime, PRODUCT, productPlaces, releaseTime, type View, type ViewContext, visible } from './views.ts'

const URI = `p.${OBSERVATION_URI.name}`
/** The product was made from others. */
const DERIVED = '(p.tract IS NOT NULL OR EXISTS (SELECT 1 FROM coadd_inputs ci WHERE ci.coadd_did = p.publisher_did))'
const conditionsOf = (column: string) => `(SELECT c.${column} FROM conditions c
  WHERE c.release = p.release AND c.instrument = p.instrument AND c.visit = p.visit)`
const pointing = (column: string) => `(SELECT v.${column} FROM visits v
  WHERE v.release = p.release AND v.instrument = p.instrument AND v.visit = p.visit)`
const PLANE_TYPE = `CASE pl.role WHEN 'image' THEN 'science' WHEN 'variance' THEN 'noise' WHEN 'error' THEN 'noise'
  WHEN 'weight' THEN 'weight' ELSE 'auxiliary' END`
const ARTIFACT_ID = 'pl.artifact_key'
const PART_ID = 'pl.part_key'

/** Text that a client may see as a URI: blanks and the like never stand in keys of files. */
const FILE_URI = `('file:' || f.key)`

/** On PostgreSQL the tables are in partitions by release, and a key is unique in its partition. */
const sameProduct = (alias: string, { dialect }: ViewContext) =>
  dialect === 'sqlite' ? `p.id = ${alias}.id` : `p.release = ${alias}.release AND p.id = ${alias}.id`

const firstOfObservation = (context: ViewContext): Fragment =>
  sql`${visible('p', context)} AND NOT EXISTS (SELECT 1 FROM products o WHERE o.collection = p.collection
    AND o.obs_id = p.obs_id AND o.id < p.id AND ${visible('o', context)})`

export const caomViews: Readonly<Record<string, (context: ViewContext) => View>> = {
  observation: (context) => ({
    from: 'products p',
    where: firstOfObservation(context),
    columns: {
      observationuri: URI,
      obsid: URI,
      collection: 'p.collection',
      observationid: 'p.obs_id',
      algorithm_name: `CASE WHEN ${DERIVED} THEN 'coadd' ELSE 'exposure' END`,
      type: 'p.image_type',
      intent: `CASE WHEN p.image_type IS NULL OR p.image_type = 'science' THEN 'science' ELSE 'calibration' END`,
      sequencenumber: 'p.visit',
      metarelease: releaseTime(context.dialect),
      proposal_id: 'p.proposal_id',
      target_name: 'p.target_name',
      target_type: `CASE WHEN p.target_name IS NOT NULL THEN 'field' END`,
      targetposition_coordsys: `CASE WHEN ${pointing('ra_deg')} IS NOT NULL THEN 'ICRS' END`,
      targetposition_coordinates_cval1: pointing('ra_deg'),
      targetposition_coordinates_cval2: pointing('dec_deg'),
      telescope_name: `NULLIF(p.facility, '')`,
      instrument_name: `NULLIF(p.instrument, '')`,
      environment_seeing: conditionsOf('seeing_arcsec'),
      environment_humidity: `(${conditionsOf('humidity_percent')} / 100)`,
      environment_ambienttemp: conditionsOf('air_temperature_c'),
      typecode: `CASE WHEN ${DERIVED} THEN 'D' ELSE 'S' END`,
      lastmodified: isoTime('p.modified_ms', context.dialect),
    },
  }),
  plane: (context) => ({
    from: 'products p',
    where: visible('p', context),
    columns: {
      publisherid: 'p.publisher_did',
      obsid: URI,
      planeid: 'p.publisher_did',
      planeuri: `('caom:' || p.collection || '/' || p.obs_id || '/' || p.product_id)`,
      creatorid: 'p.creator_did',
      productid: 'p.product_id',
      metarelease: releaseTime(context.dialect),
      datarelease: releaseTime(context.dialect),
      dataproducttype: PRODUCT.type,
      calibrationlevel: 'p.calib_level',
      provenance_name: 'p.dataproduct_subtype',
      provenance_project: 'p.release',
      provenance_producer: 'p.creator_name',
      provenance_reference: 'p.bib_reference',
      metrics_maglimit: 'p.depth_mag',
      observable_ucd: 'p.o_ucd',
      position_bounds: 'p.s_region',
      position_bounds_size: 'p.fov_deg',
      position_resolution: 'p.s_resolution_arcsec',
      position_samplesize: 'NULLIF(p.pixel_scale_arcsec, 0)',
      position_dimension_naxis1: 'NULLIF(p.width, 0)',
      position_dimension_naxis2: 'NULLIF(p.height, 0)',
      energy_bounds_lower: 'p.em_min_m',
      energy_bounds_upper: 'p.em_max_m',
      energy_dimension: PRODUCT.spectralSamples,
      energy_resolvingpower: PRODUCT.resolvingPower,
      energy_bandpassname: 'p.band',
      time_bounds_lower: 'p.t_min_mjd',
      time_bounds_upper: 'p.t_max_mjd',
      time_dimension: PRODUCT.timeSamples,
      time_exposure: 'p.exptime_s',
      time_resolution: PRODUCT.timeResolution,
      polarization_states: 'p.pol_states',
      polarization_dimension: PRODUCT.polarizations,
      lastmodified: isoTime('p.modified_ms', context.dialect),
    },
    hidden: productPlaces(context.dialect),
    region: 'position_bounds',
  }),
  artifact: (context) => ({
    from: `planes pl JOIN products p ON ${sameProduct('pl', context)} JOIN files f ON f.file_id = pl.file_id`,
    where: sql`${visible('p', context)} AND NOT EXISTS (SELECT 1 FROM planes o WHERE o.id = pl.id
      AND o.file_id = pl.file_id AND o.seq < pl.seq)`,
    columns: {
      artifactid: ARTIFACT_ID,
      planeid: 'p.publisher_did',
      uri: FILE_URI,
      producttype: PLANE_TYPE,
      releasetype: `'data'`,
      contenttype: `'application/fits'`,
      contentlength: 'f.size_bytes',
      lastmodified: isoTime('f.mtime_ms', context.dialect),
    },
  }),
  part: (context) => ({
    from: `planes pl JOIN products p ON ${sameProduct('pl', context)}`,
    where: visible('p', context),
    columns: {
      partid: PART_ID,
      artifactid: ARTIFACT_ID,
      name: 'CAST(pl.hdu AS TEXT)',
      producttype: PLANE_TYPE,
    },
  }),
  chunk: (context) => ({
    from: `planes pl JOIN products p ON ${sameProduct('pl', context)}`,
    where: visible('p', context),
    columns: {
      chunkid: PART_ID,
      partid: PART_ID,
      producttype: PLANE_TYPE,
      naxis: '2',
      positionaxis1: '1',
      positionaxis2: '2',
      position_axis_function_dimension_naxis1: 'NULLIF(p.width, 0)',
      position_axis_function_dimension_naxis2: 'NULLIF(p.height, 0)',
      position_coordsys: `'ICRS'`,
      position_resolution: 'p.s_resolution_arcsec',
      energy_bandpassname: 'p.band',
      time_exposure: 'p.exptime_s',
    },
  }),
  // One row for each visit of a coadd whose images may be shown: the observation of the first of them.
  observationmember: (context) => ({
    from: `coadd_inputs ci JOIN products p ON p.publisher_did = ci.coadd_did
      JOIN products m ON m.visit = ci.visit AND m.release = ci.release AND m.instrument = ci.instrument`,
    where: sql`${visible('p', context)} AND ${visible('m', context)}
      AND NOT EXISTS (SELECT 1 FROM coadd_inputs cj WHERE cj.coadd_did = ci.coadd_did AND cj.instrument = ci.instrument
        AND cj.visit = ci.visit AND cj.detector < ci.detector)
      AND NOT EXISTS (SELECT 1 FROM products o WHERE o.visit = m.visit AND o.release = m.release
        AND o.instrument = m.instrument AND o.collection = m.collection AND o.obs_id = m.obs_id
        AND o.id < m.id AND ${visible('o', context)})`,
    columns: { parentid: URI, memberid: `m.${OBSERVATION_URI.name}` },
  }),
  // An input that the archive has is shown where it may be seen; any other is only a name.
  provenanceinput: (context) => ({
    from: `product_inputs i JOIN products p ON ${sameProduct('i', context)}`,
    where: sql`${visible('p', context)} AND (EXISTS (SELECT 1 FROM products q WHERE q.publisher_did = i.input
      AND ${visible('q', context)}) OR NOT EXISTS (SELECT 1 FROM products q WHERE q.publisher_did = i.input))`,
    columns: { outputid: 'p.publisher_did', inputid: 'i.input' },
  }),
}
