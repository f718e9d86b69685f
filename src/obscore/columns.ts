// The columns of ivoa.ObsCore: ObsCore 1.1, Table 4 (mandatory, in its order) and Appendix C (datatypes, units, UCDs,
// utypes of all of them), then our own. VARCHAR and CLOB are char(*), BIGINT is long, INTEGER is int.

import { type Column, columnList, type Table } from '#src/votable'

const STANDARD = { utype: 'obscore:', std: true }

const MANDATORY = columnList(
  `
  *dataproduct_type | text |  | meta.code.class | ObsDataset.dataProductType | Kind of data product: image
  *calib_level | int |  | meta.code;obs.calib | ObsDataset.calibLevel | Calibration level: 0 and 1 raw, 2 calibrated, 3 made from several, 4 analysed
  +*obs_collection | text |  | meta.id | DataID.collection | Collection of the data product
  +*obs_id | text |  | meta.id | DataID.observationID | Observation that the product belongs to
  +*obs_publisher_did | text |  | meta.ref.ivoid | Curation.publisherDID | Identifier of the data product given by the publisher
  *access_url | text |  | meta.ref.url | Access.reference | Address of the links of the data product
  *access_format | text |  | meta.code.mime | Access.format | Media type of what access_url gives
  *access_estsize | long | kbyte | phys.size;meta.file | Access.size | Size of the files of the data product
  *target_name | text |  | meta.id;src | Target.name | Object or field that was observed
  +*s_ra | double | deg | pos.eq.ra | Char.SpatialAxis.Coverage.Location.Coord.Position2D.Value2.C1 | Right ascension of the centre, ICRS
  +*s_dec | double | deg | pos.eq.dec | Char.SpatialAxis.Coverage.Location.Coord.Position2D.Value2.C2 | Declination of the centre, ICRS
  *s_fov | double | deg | phys.angSize;instr.fov | Char.SpatialAxis.Coverage.Bounds.Extent.diameter | Diameter of the circle around the image
  +*s_region | region |  | pos.outline;obs.field | Char.SpatialAxis.Coverage.Support.Area | Outline of the image, ICRS
  *s_resolution | double | arcsec | pos.angResolution | Char.SpatialAxis.Resolution.Refval.value | Width (FWHM) of a point source in the image
  *s_xel1 | long |  | meta.number | Char.SpatialAxis.numBins1 | Pixels along the first axis of the image
  *s_xel2 | long |  | meta.number | Char.SpatialAxis.numBins2 | Pixels along the second axis of the image
  +*t_min | double | d | time.start;obs.exposure | Char.TimeAxis.Coverage.Bounds.Limits.StartTime | Start of the (first) exposure, MJD
  *t_max | double | d | time.end;obs.exposure | Char.TimeAxis.Coverage.Bounds.Limits.StopTime | End of the (last) exposure, MJD
  *t_exptime | double | s | time.duration;obs.exposure | Char.TimeAxis.Coverage.Support.Extent | Exposure time
  *t_resolution | double | s | time.resolution | Char.TimeAxis.Resolution.Refval.value | Resolution in time: the exposure time where nothing finer is in the image
  *t_xel | long |  | meta.number | Char.TimeAxis.numBins | Samples along the time axis
  *em_min | double | m | em.wl;stat.min | Char.SpectralAxis.Coverage.Bounds.Limits.LoLimit | Short end of the passband, wavelength in vacuum
  *em_max | double | m | em.wl;stat.max | Char.SpectralAxis.Coverage.Bounds.Limits.HiLimit | Long end of the passband, wavelength in vacuum
  *em_res_power | double |  | spect.resolution | Char.SpectralAxis.Resolution.ResolPower.refVal | Resolving power: the middle of the passband over its width where nothing finer is in the image
  *em_xel | long |  | meta.number | Char.SpectralAxis.numBins | Samples along the spectral axis
  *o_ucd | text |  | meta.ucd | Char.ObservableAxis.ucd | UCD of what a pixel holds
  *pol_states | text |  | meta.code;phys.polarization | Char.PolarizationAxis.stateList | Polarization states between slashes; null where none was measured
  *pol_xel | long |  | meta.number | Char.PolarizationAxis.numBins | Number of polarization states; 0 where none was measured
  *facility_name | text |  | meta.id;instr.tel | Provenance.ObsConfig.Facility.name | Telescope
  *instrument_name | text |  | meta.id;instr | Provenance.ObsConfig.Instrument.name | Instrument`,
  STANDARD,
)

const OPTIONAL = columnList(
  `
  *dataproduct_subtype | text |  | meta.code.class | ObsDataset.dataProductSubtype | Kind of image in this survey, such as raw or calexp
  target_class | text |  | src.class | Target.class | Class of the target
  obs_creation_date | time |  | time;meta.dataset | DataID.date | When the files of the data product were written (UTC)
  obs_creator_name | text |  | meta.id | DataID.creator | Who made the data product
  obs_creator_did | text |  | meta.id | DataID.creatorDID | Identifier of the data product given by its creator
  *obs_title | text |  | meta.title;obs | DataID.title | The data product in a line
  publisher_id | text |  | meta.ref.ivoid | Curation.publisherID | Identifier of the publisher
  bib_reference | text |  | meta.bib.bibcode | Curation.reference | Publication about the data product
  data_rights | text |  | meta.code | Curation.rights | public, proprietary (for holders of data rights) or secure (for named users) at this moment
  *obs_release_date | time |  | time.release | Curation.releaseDate | When the data product became or becomes public (UTC); null where no date is set
  s_ucd | text |  | meta.ucd | Char.SpatialAxis.ucd | UCD of the spatial axes
  s_unit | text |  | meta.unit | Char.SpatialAxis.unit | Unit of the spatial axes
  s_resolution_min | double | arcsec | pos.angResolution;stat.min | Char.SpatialAxis.Resolution.Bounds.Limits.LoLimit | Best spatial resolution in the image
  s_resolution_max | double | arcsec | pos.angResolution;stat.max | Char.SpatialAxis.Resolution.Bounds.Limits.HiLimit | Worst spatial resolution in the image
  s_pixel_scale | double | arcsec | phys.angSize;instr.pixel | Char.SpatialAxis.Sampling.RefVal.SamplingPeriod | Side of a pixel
  s_calib_status | text |  | meta.code.qual | Char.SpatialAxis.calibrationStatus | Calibration of positions
  s_stat_error | double | arcsec | stat.error;pos.eq | Char.SpatialAxis.Accuracy.StatError.Refval.value | Precision of positions
  t_calib_status | text |  | meta.code.qual | Char.TimeAxis.calibrationStatus | Calibration of times
  t_stat_error | double | s | stat.error;time | Char.TimeAxis.Accuracy.StatError.Refval.value | Precision of times
  em_ucd | text |  | meta.ucd | Char.SpectralAxis.ucd | UCD of the spectral axis
  em_unit | text |  | meta.unit | Char.SpectralAxis.unit | Unit of the spectral axis
  em_calib_status | text |  | meta.code.qual | Char.SpectralAxis.calibrationStatus | Calibration of wavelengths
  em_res_power_min | double |  | spect.resolution;stat.min | Char.SpectralAxis.Resolution.ResolPower.LoLimit | Least resolving power
  em_res_power_max | double |  | spect.resolution;stat.max | Char.SpectralAxis.Resolution.ResolPower.HiLimit | Largest resolving power
  em_resolution | double | m | spect.resolution;stat.mean | Char.SpectralAxis.Resolution.Refval.value | Spectral resolution: the width of the passband where nothing finer is in the image
  em_stat_error | double | m | stat.error;em | Char.SpectralAxis.Accuracy.StatError.Refval.value | Precision of wavelengths
  o_unit | text |  | meta.unit | Char.ObservableAxis.unit | Unit of what a pixel holds
  o_calib_status | text |  | meta.code.qual | Char.ObservableAxis.calibrationStatus | Calibration of pixel values
  o_stat_error | double |  | stat.error | Char.ObservableAxis.Accuracy.StatError.Refval.value | Precision of pixel values, in o_unit
  proposal_id | text |  | meta.id;obs.proposal | Provenance.Proposal.identifier | Proposal or program of the observation`,
  STANDARD,
)

const OWN = columnList(`
  +*lsst_visit | long |  | meta.id;obs |  | Number of the visit
  +*lsst_detector | long |  | meta.id;instr.det |  | Number of the detector in its camera
  +lsst_raft | text |  | meta.id;instr.det |  | Raft of the detector
  *lsst_band | text |  | meta.id;instr.bandpass |  | Short name of the passband
  lsst_filter | text |  | meta.id;instr.filter |  | Physical filter
  +lsst_tract | long |  | meta.id;obs.field |  | Tract of the sky map that a coadd belongs to
  lsst_patch | text |  | meta.id;obs.field |  | Patch in its tract
  lsst_image_type | text |  | meta.code.class;obs |  | Kind of exposure: science, bias, dark, flat
  release | text |  | meta.id;meta.dataset |  | Data release, as in survey.release`)

export const OBSCORE_COLUMNS: readonly Column[] = [...MANDATORY, ...OPTIONAL, ...OWN]

export const OBSCORE_MANDATORY: readonly string[] = MANDATORY.map(({ name }) => name)

/** ObsTAP's own id of the data model: what 'capabilities' declares. */
export const OBSCORE_DATA_MODEL = 'ivo://ivoa.net/std/ObsCore#core-1.1'
/** Exactly so: clients compare it as text. */
export const DATALINK_FORMAT = 'application/x-votable+xml;content=datalink'

export const OBSCORE_TABLE: Table = {
  schema: 'ivoa',
  name: 'ObsCore',
  kind: 'view',
  title: 'Images',
  description:
    'Every image that may be seen: ObsCore 1.1, with the names of visits, detectors, bands, tracts and patches',
  utype: OBSCORE_DATA_MODEL,
  columns: OBSCORE_COLUMNS,
  foreignKeys: [
    {
      target: 'survey.visit',
      columns: [
        { from: 'release', target: 'release' },
        { from: 'instrument_name', target: 'instrument' },
        { from: 'lsst_visit', target: 'visit' },
      ],
      description: 'The visit that an image was taken in',
    },
    {
      target: 'survey.release',
      columns: [{ from: 'release', target: 'release' }],
      description: 'The release of an image',
    },
  ],
}

export const IVOA_SCHEMA = {
  name: 'ivoa',
  title: 'Observations',
  description: 'Tables defined by the IVOA',
  tables: [OBSCORE_TABLE],
} as const
