// The base tables that ivoa.*, survey.* and caom2.* are views of. A fact stands in one of them only.
// What products has had since the first schema is in `sqlite/schema.ts`; here is what came later, and the tables beside it.

import { columns, type PhysicalIndex, type PhysicalTable } from './physical.ts'

/** Who may see what: one row for each distinct ProductRights. `record` is its JSON with sorted keys. */
export const RIGHTS: PhysicalTable = {
  name: 'rights',
  columns: columns(`rights_id integer!, record text!, access text!, release text!, public_from_ms real,
    embargo_until_ms real, owner text`),
  key: ['rights_id'],
  indexes: [{ name: 'rights_by_record', on: ['record'], unique: true }],
}

/** Users and groups that level3 products are shared with; `kind` is `user` or `group`. */
export const RIGHTS_NAMES: PhysicalTable = {
  name: 'rights_names',
  columns: columns('rights_id integer!, kind text!, name text!'),
  key: ['rights_id', 'kind', 'name'],
}

/** Columns of `products` beyond those of the first schema, all optional; `rights_id` stands where JSON was. */
export const PRODUCT_COLUMNS = columns(`raft text, physical_filter text, image_type text, day_obs integer, title text,
  dataproduct_type text, o_ucd text, o_unit text, pol_states text, s_resolution_arcsec real, t_resolution_s real,
  em_res_power real, target_class text, creator_did text, creator_name text, proposal_id text, bib_reference text,
  depth_mag real, num_inputs integer, access_url text, access_format text, rights_id integer`)

export const PRODUCT_INDEXES: readonly PhysicalIndex[] = [
  { name: 'products_by_tract', on: ['tract', 'patch', 'band'] },
  { name: 'products_by_depth', on: ['depth_mag'] },
  { name: 'products_by_inputs', on: ['num_inputs'] },
  { name: 'products_by_raft', on: ['raft', 'visit'] },
  { name: 'products_by_detector', on: ['detector', 'visit'] },
  { name: 'products_by_observation', on: ['collection', 'obs_id', 'id'] },
]

/**
 * The observation of a product as CAOM names it, reckoned by the database. It is a column and no index on an expression:
 * SQLite 3.53 loses rows where two tables that are joined have the same one.
 */
export const OBSERVATION_URI = {
  name: 'observation_uri',
  as: `('caom:' || collection || '/' || obs_id)`,
  index: 'CREATE INDEX products_by_observation_uri ON products (observation_uri);',
} as const

/** Keys of artifacts and parts as CAOM has them, reckoned by the database from the rows of `planes`. */
export const PLANE_KEYS = [
  {
    name: 'artifact_key',
    as: `(CAST(id AS TEXT) || '/' || CAST(file_id AS TEXT))`,
    index: 'CREATE INDEX planes_by_artifact ON planes (artifact_key);',
  },
  {
    name: 'part_key',
    as: `(CAST(id AS TEXT) || '/' || CAST(file_id AS TEXT) || '/' || CAST(seq AS TEXT))`,
    index: 'CREATE INDEX planes_by_part ON planes (part_key);',
  },
] as const

/** What a product was made from, in order: `input` is a publisherDid or another URI. `id` is the product's. */
const PRODUCT_INPUTS: PhysicalTable = {
  name: 'product_inputs',
  columns: columns('id integer!, seq integer!, input text!'),
  key: ['id', 'seq'],
  indexes: [{ name: 'product_inputs_by_input', on: ['input'] }],
}

export const RELEASES: PhysicalTable = {
  name: 'releases',
  columns: columns('release text!, title text, description text, status text, released_ms real'),
  key: ['release'],
}

export const VISITS: PhysicalTable = {
  name: 'visits',
  columns: columns(`release text!, instrument text!, visit integer!, obs_id text, image_type text, day_obs integer,
    sequence integer, band text, physical_filter text, target_name text, program text, ra_deg real, dec_deg real,
    rotation_deg real, t_min_mjd real, t_max_mjd real, exptime_s real, airmass real`),
  key: ['release', 'instrument', 'visit'],
  indexes: [
    { name: 'visits_by_visit', on: ['visit'] },
    { name: 'visits_by_type', on: ['image_type', 'day_obs'] },
    { name: 'visits_by_time', on: ['t_min_mjd'] },
    { name: 'visits_by_band', on: ['band', 't_min_mjd'] },
    { name: 'visits_by_dec', on: ['dec_deg', 'ra_deg'] },
  ],
}

export const DETECTORS: PhysicalTable = {
  name: 'detectors',
  columns: columns(`instrument text!, detector integer!, name text, raft text, purpose text, width integer,
    height integer, pixel_scale_arcsec real`),
  key: ['instrument', 'detector'],
  indexes: [{ name: 'detectors_by_raft', on: ['raft'] }],
}

export const CONDITIONS: PhysicalTable = {
  name: 'conditions',
  columns: columns(`release text!, instrument text!, visit integer!, seeing_arcsec real, sky_brightness_mag real,
    sky_electrons real, zero_point_mag real, air_temperature_c real, dome_temperature_c real, humidity_percent real,
    pressure_hpa real, wind_speed_ms real, wind_direction_deg real, moon_separation_deg real, moon_fraction real`),
  key: ['release', 'instrument', 'visit'],
  indexes: [
    { name: 'conditions_by_visit', on: ['visit'] },
    { name: 'conditions_by_seeing', on: ['seeing_arcsec'] },
  ],
}

/** `detector` is -1 where the input is a whole visit. */
export const COADD_INPUTS: PhysicalTable = {
  name: 'coadd_inputs',
  columns: columns(`coadd_did text!, instrument text!, visit integer!, detector integer!, release text!, weight real`),
  key: ['coadd_did', 'instrument', 'visit', 'detector'],
  indexes: [{ name: 'coadd_inputs_by_visit', on: ['visit', 'detector'] }],
}

export const CALIBRATIONS: PhysicalTable = {
  name: 'calibrations',
  columns: columns(`release text!, calibration_id text!, kind text!, instrument text!, detector integer,
    physical_filter text, valid_from_mjd real, valid_to_mjd real, created_ms real, publisher_did text,
    rights_id integer!`),
  key: ['release', 'calibration_id'],
  indexes: [
    { name: 'calibrations_by_kind', on: ['kind', 'detector'] },
    { name: 'calibrations_by_detector', on: ['instrument', 'detector', 'valid_from_mjd'] },
  ],
}

/** Beside files, products, planes, maps, truth and settings. */
export const SURVEY_TABLES: readonly PhysicalTable[] = [
  RIGHTS,
  RIGHTS_NAMES,
  PRODUCT_INPUTS,
  RELEASES,
  VISITS,
  DETECTORS,
  CONDITIONS,
  COADD_INPUTS,
  CALIBRATIONS,
]

/** How often what was purged: part of the generations that edges make their keys of. */
export const PURGES: PhysicalTable = {
  name: 'purges',
  columns: columns('kind text!, name text!, times integer!, at_ms real!'),
  key: ['kind', 'name'],
}
