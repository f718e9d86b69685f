// The tables that the tests of the language ask: a small ObsCore, visits of a survey, and an upload.

import type { Column, Table, TableSet } from '#src/votable'

const column = (name: string, datatype: Column['datatype'], more: Partial<Column> = {}): Column => ({
  name,
  datatype,
  description: `what ${name} is`,
  ...(datatype === 'char' && { arraysize: '*' }),
  ...more,
})

export const OBSCORE: Table = {
  schema: 'ivoa',
  name: 'ObsCore',
  kind: 'view',
  description: 'images',
  columns: [
    column('obs_publisher_did', 'char'),
    column('obs_collection', 'char'),
    column('calib_level', 'int'),
    column('s_ra', 'double', { unit: 'deg', ucd: 'pos.eq.ra' }),
    column('s_dec', 'double', { unit: 'deg', ucd: 'pos.eq.dec' }),
    column('s_fov', 'double', { unit: 'deg' }),
    column('s_region', 'char', { xtype: 'adql:REGION', utype: 'Char.SpatialAxis.Coverage' }),
    column('t_min', 'double', { unit: 'd' }),
    column('t_max', 'double', { unit: 'd' }),
    column('em_min', 'double', { unit: 'm' }),
    column('access_estsize', 'long', { unit: 'kbyte' }),
    column('visit', 'long'),
  ],
}

export const VISIT: Table = {
  schema: 'survey',
  name: 'visit',
  kind: 'table',
  description: 'visits',
  columns: [
    column('visit', 'long'),
    column('obs_start', 'char', { xtype: 'timestamp' }),
    column('good', 'boolean'),
    column('band', 'char'),
    column('detectors', 'short'),
    column('seeing', 'float', { unit: 'arcsec' }),
    column('pointing', 'double', { arraysize: '2', xtype: 'point' }),
    column('coverage', 'char', { xtype: 'moc' }),
    column('size', 'int'),
  ],
}

const DETECTOR: Table = {
  schema: 'survey',
  name: 'detector',
  kind: 'table',
  description: 'detectors',
  columns: [column('visit', 'long'), column('detector', 'int'), column('band', 'char')],
}

export const TABLES: TableSet = [
  { name: 'ivoa', description: 'ObsCore', tables: [OBSCORE] },
  { name: 'survey', description: 'the survey', tables: [VISIT, DETECTOR] },
]

export const UPLOAD: Table = {
  schema: 'TAP_UPLOAD',
  name: 'mine',
  kind: 'table',
  description: '',
  columns: [column('ra', 'double', { unit: 'deg' }), column('dec', 'double'), column('_RAJ2000', 'double')],
}
