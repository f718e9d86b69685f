// Tables of the schema `survey`. A visit is (release, instrument, visit): each release measures its visits anew. Rows of a
// visit are shown where one of its images may be seen. Temperatures in degrees Celsius, winds from north through east.

import { columnList, type Schema, type Table } from '#src/votable'

const table = (name: string, title: string, description: string, text: string, more: Partial<Table> = {}): Table => ({
  schema: 'survey',
  name,
  kind: 'view',
  title,
  description,
  columns: columnList(text),
  ...more,
})

const same = (...names: string[]) => names.map((name) => ({ from: name, target: name }))
const ofRelease = { target: 'survey.release', columns: same('release') }
const ofVisit = { target: 'survey.visit', columns: same('release', 'instrument', 'visit') }
const ofDetector = { target: 'survey.detector', columns: same('instrument', 'detector') }

const RELEASE = table(
  'release',
  'Data releases',
  'Data releases that stand side by side, each with its date and status',
  `+*release     | text |  | meta.id;meta.dataset |  | Name of the release
   *title        | text |  | meta.title           |  | The release in a line
   description   | text |  | meta.note            |  | What is in the release
   *status       | text |  | meta.code.status     |  | planned, preliminary, current, superseded or retired
   *release_date | time |  | time.release         |  | When the release became or becomes available (UTC)`,
)

const VISIT = table(
  'visit',
  'Visits',
  'Exposures: where the telescope pointed, when, through which filter, and for what',
  `+*release       | text   |        | meta.id;meta.dataset       |  | Data release
   +*instrument    | text   |        | meta.id;instr              |  | Camera
   +*visit         | long   |        | meta.id;obs                |  | Number of the visit
   obs_id          | text   |        | meta.id;obs                |  | Name of the exposure at the observatory
   +*image_type    | text   |        | meta.code.class;obs        |  | science, bias, dark, flat, …
   +*day_obs       | int    |        | time.epoch;obs             |  | Observing night, YYYYMMDD
   sequence        | int    |        | meta.number;obs            |  | Number of the exposure in its night
   +*band          | text   |        | meta.id;instr.bandpass     |  | Short name of the passband
   physical_filter | text   |        | meta.id;instr.filter       |  | Physical filter
   target_name     | text   |        | meta.id;src                |  | Object or field
   program         | text   |        | meta.id;obs.proposal       |  | Program or proposal that asked for the visit
   *s_ra           | double | deg    | pos.eq.ra;obs              |  | Right ascension of the pointing, ICRS
   +*s_dec         | double | deg    | pos.eq.dec;obs             |  | Declination of the pointing, ICRS
   rotation        | double | deg    | pos.posAng;instr           |  | Position angle of the camera's y axis, north through east
   +*t_min         | double | d      | time.start;obs.exposure    |  | Start of the exposure, MJD
   t_max           | double | d      | time.end;obs.exposure      |  | End of the exposure, MJD
   *exptime        | double | s      | time.duration;obs.exposure |  | Exposure time
   airmass         | double |        | obs.airMass                |  | Airmass at the middle of the exposure`,
  { foreignKeys: [ofRelease] },
)

const DETECTOR = table(
  'detector',
  'Detectors',
  'Detectors of the cameras and the rafts they sit in',
  `+*instrument  | text   |        | meta.id;instr        |  | Camera
   +*detector    | long   |        | meta.id;instr.det    |  | Number of the detector
   *name         | text   |        | meta.id;instr.det    |  | Name of the detector
   +*raft        | text   |        | meta.id;instr.det    |  | Raft of the detector
   purpose       | text   |        | meta.code.class;instr.det |  | science, wavefront or guider
   width         | long   | pixel  | phys.size;instr.det  |  | Pixels along the first axis
   height        | long   | pixel  | phys.size;instr.det  |  | Pixels along the second axis
   pixel_scale   | double | arcsec | instr.scale          |  | Side of a pixel on the sky`,
)

const CONDITIONS = table(
  'exposure_conditions',
  'Conditions of exposures',
  'What the observatory measured while a visit was taken, one row for a visit',
  `+*release          | text   |               | meta.id;meta.dataset         |  | Data release
   +*instrument       | text   |               | meta.id;instr                |  | Camera
   +*visit            | long   |               | meta.id;obs                  |  | Number of the visit
   +*seeing           | double | arcsec        | instr.obsty.seeing           |  | Width (FWHM) of a point source in the images
   *sky_brightness    | double | mag/arcsec**2 | phot.mag.sb;instr.skyLevel   |  | Brightness of the sky (AB)
   sky_level          | double | electron      | instr.skyLevel               |  | Sky in a pixel
   zero_point         | double | mag           | phot.mag;arith.zp            |  | AB magnitude of one electron in the whole exposure
   *air_temperature   | double | deg_C         | phys.temperature;obs.atmos   |  | Temperature of the air outside
   dome_temperature   | double | deg_C         | phys.temperature;instr       |  | Temperature of the air in the dome
   humidity           | double | %             | obs.atmos                    |  | Relative humidity outside
   pressure           | double | hPa           | phys.pressure;obs.atmos      |  | Pressure of the air
   wind_speed         | double | m/s           | phys.veloc;obs.atmos         |  | Speed of the wind
   wind_direction     | double | deg           | pos.posAng;obs.atmos         |  | Where the wind comes from, north through east
   moon_separation    | double | deg           | pos.angDistance              |  | Angle between the pointing and the Moon
   moon_fraction      | double |               | arith.ratio                  |  | Lit part of the Moon, 0 to 1`,
  { foreignKeys: [ofVisit] },
)

const COADD = table(
  'coadd',
  'Coadds',
  'Images made from several visits, by their place in the sky map, depth and number of inputs',
  `+*obs_publisher_did | text   |     | meta.ref.ivoid             |  | Identifier of the coadd
   +*release           | text   |     | meta.id;meta.dataset       |  | Data release
   collection          | text   |     | meta.id                    |  | Collection of the coadd
   +*tract             | long   |     | meta.id;obs.field          |  | Tract of the sky map
   +*patch             | text   |     | meta.id;obs.field          |  | Patch in its tract
   +*band              | text   |     | meta.id;instr.bandpass     |  | Short name of the passband
   +*depth             | double | mag | phot.mag;stat.max          |  | Magnitude (AB) of a point source at five sigma
   +*num_inputs        | long   |     | meta.number;obs            |  | Number of visits that went in
   exptime             | double | s   | time.duration;obs.exposure |  | Exposure time in all`,
  { foreignKeys: [{ target: 'ivoa.ObsCore', columns: same('obs_publisher_did') }, ofRelease] },
)

const COADD_INPUT = table(
  'coadd_input',
  'Inputs of coadds',
  'Which visits (or detectors of visits) made which coadd, and with which weight',
  `+*coadd_did  | text   |  | meta.ref.ivoid         |  | Identifier of the coadd
   *release     | text   |  | meta.id;meta.dataset   |  | Data release
   +*tract      | long   |  | meta.id;obs.field      |  | Tract of the coadd
   +*patch      | text   |  | meta.id;obs.field      |  | Patch of the coadd
   *band        | text   |  | meta.id;instr.bandpass |  | Passband of the coadd
   *instrument  | text   |  | meta.id;instr          |  | Camera
   +*visit      | long   |  | meta.id;obs            |  | Number of the visit
   +detector    | long   |  | meta.id;instr.det      |  | Number of the detector; null where the whole visit went in
   *weight      | double |  | stat.weight            |  | Weight of the input in the coadd`,
  {
    foreignKeys: [ofVisit, { target: 'survey.coadd', columns: [{ from: 'coadd_did', target: 'obs_publisher_did' }] }],
  },
)

const CALIBRATION = table(
  'calibration_product',
  'Calibration products',
  'Biases, darks, flats and the like, with the time they are valid for',
  `+*release           | text   |   | meta.id;meta.dataset |  | Data release
   +*calibration_id    | text   |   | meta.id              |  | Name of the calibration, unique in its release
   +*kind              | text   |   | meta.code.class      |  | bias, dark, flat, defects, …
   *instrument         | text   |   | meta.id;instr        |  | Camera
   +*detector          | long   |   | meta.id;instr.det    |  | Number of the detector; null for the whole camera
   physical_filter     | text   |   | meta.id;instr.filter |  | Physical filter
   *valid_from         | double | d | time.start           |  | Valid from, MJD
   *valid_to           | double | d | time.end             |  | Valid to, MJD; null: until further notice
   created             | time   |   | time.creation        |  | When it was made (UTC)
   obs_publisher_did   | text   |   | meta.ref.ivoid       |  | Identifier of its image, where it is one of this archive`,
  { foreignKeys: [ofDetector] },
)

export const SURVEY_SCHEMA: Schema = {
  name: 'survey',
  title: 'Survey',
  description: 'What a survey is beside its images: releases, visits, detectors, conditions, coadds, calibrations',
  tables: [RELEASE, VISIT, DETECTOR, CONDITIONS, COADD, COADD_INPUT, CALIBRATION],
}
