// Tables of the schema `caom2`: CAOM 2.4 as relations, with the names that CAOM archives use for them. An observation, a
// plane (one data product), an artifact (one file), a part (one HDU), a chunk (the array in it).
// Identifiers: obsID is the observation's URI, planeID the publisher's identifier; the others hold within this service.

import { columnList, type Schema, type Table } from '#src/votable'

const table = (name: string, title: string, description: string, text: string, more: Partial<Table> = {}): Table => ({
  schema: 'caom2',
  name,
  kind: 'view',
  title,
  description,
  columns: columnList(text, { utype: `caom2:${name}.` }),
  ...more,
})
const key = (from: string, target: string, to = from) => ({ target, columns: [{ from, target: to }] })

const OBSERVATION = table(
  'Observation',
  'Observations',
  'Observations of which at least one product may be seen',
  `+*observationURI                  | uri    |        | meta.id;obs       | uri | URI of the observation
   +*obsID                           | text   |        | meta.id;meta.main | id  | Key of the observation
   +*collection                      | text   |        | meta.id           | collection | Collection of the observation
   +*observationID                   | text   |        | meta.id;obs       | observationID | Name of the observation in its collection
   *algorithm_name                   | text   |        |                   | algorithm.name | exposure, or coadd for an observation made from others
   *type                             | text   |        | meta.code.class   | type | Kind of exposure: science, bias, dark, flat
   intent                            | text   |        | meta.code         | intent | science or calibration
   *sequenceNumber                   | long   |        | meta.number;obs   | sequenceNumber | Number of the visit
   metaRelease                       | time   |        | time.release      | metaRelease | When the metadata became or become public (UTC)
   proposal_id                       | text   |        | meta.id;obs.proposal | proposal.id | Proposal or program
   *target_name                      | text   |        | meta.id;src       | target.name | Object or field
   target_type                       | text   |        | src.class         | target.type | object or field
   targetPosition_coordsys           | text   |        |                   | targetPosition.coordsys | Frame of the pointing
   targetPosition_coordinates_cval1  | double | deg    | pos.eq.ra         | targetPosition.coordinates.cval1 | Right ascension of the pointing
   targetPosition_coordinates_cval2  | double | deg    | pos.eq.dec        | targetPosition.coordinates.cval2 | Declination of the pointing
   *telescope_name                   | text   |        | meta.id;instr.tel | telescope.name | Telescope
   *instrument_name                  | text   |        | meta.id;instr     | instrument.name | Instrument
   environment_seeing                | double | arcsec | instr.obsty.seeing | environment.seeing | Width (FWHM) of a point source
   environment_humidity              | double |        | obs.atmos         | environment.humidity | Relative humidity, 0 to 1
   environment_ambientTemp           | double | deg_C  | phys.temperature  | environment.ambientTemp | Temperature of the air
   typeCode                          | text   |        | meta.code         | typeCode | S for a simple observation, D for one derived from others
   lastModified                      | time   |        | time.processing   | lastModified | When its first product was last changed (UTC)`,
  { utype: 'caom2:Observation' },
)

const PLANE = table(
  'Plane',
  'Planes',
  'Data products of the observations: the rows of ivoa.ObsCore as CAOM says them',
  `+*publisherID              | uri    |        | meta.ref.ivoid       | publisherID | Identifier given by the publisher
   +*obsID                    | text   |        | meta.id              |  | Key of the observation
   +*planeID                  | text   |        | meta.id;meta.main    | id | Key of the plane
   *planeURI                  | uri    |        | meta.id              | uri | URI of the plane
   creatorID                  | uri    |        | meta.id              | creatorID | Identifier given by the creator
   *productID                 | text   |        | meta.id              | productID | Name of the product
   metaRelease                | time   |        | time.release         | metaRelease | When the metadata became or become public (UTC)
   *dataRelease               | time   |        | time.release         | dataRelease | When the data became or become public (UTC)
   *dataProductType           | text   |        | meta.code.class      | dataProductType | Kind of data product
   *calibrationLevel          | int    |        | meta.code;obs.calib  | calibrationLevel | 0 and 1 raw, 2 calibrated, 3 made from several
   provenance_name            | text   |        | meta.id              | provenance.name | Name of the process that made it
   provenance_project         | text   |        | meta.id              | provenance.project | Data release it was made for
   provenance_producer        | text   |        | meta.id              | provenance.producer | Who made it
   provenance_reference       | text   |        | meta.bib             | provenance.reference | Publication about it
   metrics_magLimit           | double | mag    | phot.mag;stat.max    | metrics.magLimit | Magnitude (AB) of a point source at five sigma
   observable_ucd             | text   |        | meta.ucd             | observable.ucd | UCD of what a pixel holds
   +*position_bounds          | region |        | pos.outline;obs.field | position.bounds | Outline, ICRS
   position_bounds_size       | double | deg    | phys.angSize;instr.fov | position.bounds.size | Diameter of the circle around it
   position_resolution        | double | arcsec | pos.angResolution    | position.resolution | Width (FWHM) of a point source
   position_sampleSize        | double | arcsec | phys.angSize;instr.pixel | position.sampleSize | Side of a pixel
   position_dimension_naxis1  | long   |        | meta.number          | position.dimension.naxis1 | Pixels along the first axis
   position_dimension_naxis2  | long   |        | meta.number          | position.dimension.naxis2 | Pixels along the second axis
   energy_bounds_lower        | double | m      | em.wl;stat.min       | energy.bounds.lower | Short end of the passband
   energy_bounds_upper        | double | m      | em.wl;stat.max       | energy.bounds.upper | Long end of the passband
   energy_dimension           | long   |        | meta.number          | energy.dimension | Samples along the spectral axis
   energy_resolvingPower      | double |        | spect.resolution     | energy.resolvingPower | Resolving power
   *energy_bandpassName       | text   |        | meta.id;instr.filter | energy.bandpassName | Name of the passband
   +*time_bounds_lower        | double | d      | time.start           | time.bounds.lower | Start of the exposure, MJD
   time_bounds_upper          | double | d      | time.end             | time.bounds.upper | End of the exposure, MJD
   time_dimension             | long   |        | meta.number          | time.dimension | Samples along the time axis
   *time_exposure             | double | s      | time.duration        | time.exposure | Exposure time
   time_resolution            | double | s      | time.resolution      | time.resolution | Resolution in time
   polarization_states        | text   |        | meta.code;phys.polarization | polarization.states | Polarization states between slashes
   polarization_dimension     | long   |        | meta.number          | polarization.dimension | Number of polarization states
   lastModified               | time   |        | time.processing      | lastModified | When its files were last written (UTC)`,
  { utype: 'caom2:Plane', foreignKeys: [key('obsID', 'caom2.Observation')] },
)

const ARTIFACT = table(
  'Artifact',
  'Artifacts',
  'Files that hold the planes',
  `+*artifactID       | text |      | meta.id;meta.main   | id | Key of the artifact
   +*planeID          | text |      | meta.id             |  | Key of the plane
   *uri               | uri  |      | meta.id             | uri | URI of the file
   *productType       | text |      | meta.code.class     | productType | What its first part is: science, weight, noise or auxiliary
   releaseType        | text |      | meta.code           | releaseType | data: it is released with the data
   *contentType       | text |      | meta.code.mime      | contentType | Media type
   *contentLength     | long | byte | phys.size;meta.file | contentLength | Size of the file
   lastModified       | time |      | time.processing     | lastModified | When the file was last written (UTC)`,
  { utype: 'caom2:Artifact', foreignKeys: [key('planeID', 'caom2.Plane')] },
)

const PART = table(
  'Part',
  'Parts',
  'HDUs that hold the pixels of a plane',
  `+*partID      | text |  | meta.id;meta.main | id | Key of the part
   +*artifactID  | text |  | meta.id           |  | Key of the artifact
   *name         | text |  | meta.id           | name | Number of the HDU in the file, 0 for the primary
   *productType  | text |  | meta.code.class   | productType | science, weight, noise or auxiliary`,
  { utype: 'caom2:Part', foreignKeys: [key('artifactID', 'caom2.Artifact')] },
)

const CHUNK = table(
  'Chunk',
  'Chunks',
  'Arrays in the parts',
  `+*chunkID       | text   |        | meta.id;meta.main   | id | Key of the chunk
   +*partID        | text   |        | meta.id             |  | Key of the part
   *productType    | text   |        | meta.code.class     | productType | science, weight, noise or auxiliary
   naxis           | int    |        | meta.number         | naxis | Number of axes
   positionAxis1   | int    |        | meta.number         | positionAxis1 | Number of the first spatial axis
   positionAxis2   | int    |        | meta.number         | positionAxis2 | Number of the second spatial axis
   position_axis_function_dimension_naxis1 | long |   | meta.number     | position.axis.function.dimension.naxis1 | Pixels along the first axis
   position_axis_function_dimension_naxis2 | long |   | meta.number     | position.axis.function.dimension.naxis2 | Pixels along the second axis
   position_coordsys      | text   |        |              | position.coordsys | Frame of the positions
   position_resolution    | double | arcsec | pos.angResolution | position.resolution | Width (FWHM) of a point source
   energy_bandpassName    | text   |        | meta.id;instr.filter | energy.bandpassName | Name of the passband
   time_exposure          | double | s      | time.duration | time.exposure | Exposure time`,
  { utype: 'caom2:Chunk', foreignKeys: [key('partID', 'caom2.Part')] },
)

const MEMBER = table(
  'ObservationMember',
  'Members of derived observations',
  'Which observations a derived one was made from',
  `+*parentID | text |  | meta.id     |  | Key of the derived observation
   +*memberID | uri  |  | meta.id;obs |  | URI of an observation that it was made from`,
  {
    foreignKeys: [
      key('parentID', 'caom2.Observation', 'obsID'),
      key('memberID', 'caom2.Observation', 'observationURI'),
    ],
  },
)

const INPUT = table(
  'ProvenanceInput',
  'Inputs of planes',
  'Which planes a plane was made from',
  `+*outputID | text |  | meta.id |  | Key of the plane
   +*inputID  | uri  |  | meta.id |  | Publisher's identifier of a plane that it was made from, or its URI elsewhere`,
  { foreignKeys: [key('outputID', 'caom2.Plane', 'planeID'), key('inputID', 'caom2.Plane', 'publisherID')] },
)

export const CAOM2_SCHEMA: Schema = {
  name: 'caom2',
  title: 'CAOM-2',
  description: 'The Common Archive Observation Model, version 2.4',
  tables: [OBSERVATION, PLANE, ARTIFACT, PART, CHUNK, MEMBER, INPUT],
}
