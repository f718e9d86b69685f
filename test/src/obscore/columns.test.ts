import { describe, expect, it } from 'vitest'
import { OBSCORE_COLUMNS, OBSCORE_MANDATORY } from '#src/obscore'

const byName = new Map(OBSCORE_COLUMNS.map((column) => [column.name, column]))

describe('the columns of ObsCore', () => {
  it('are all that the standard asks for, in its order, then its optional ones, then our own', () => {
    expect(OBSCORE_MANDATORY.length).toBe(30)
    expect(OBSCORE_COLUMNS.slice(0, 30).map(({ name }) => name)).toEqual(OBSCORE_MANDATORY)
    expect(OBSCORE_COLUMNS.filter(({ std }) => std).length).toBe(60)
    expect(OBSCORE_COLUMNS.filter(({ std }) => !std).map(({ name }) => name)).toEqual([
      'lsst_visit',
      'lsst_detector',
      'lsst_raft',
      'lsst_band',
      'lsst_filter',
      'lsst_tract',
      'lsst_patch',
      'lsst_image_type',
      'release',
    ])
    expect(byName.size).toBe(OBSCORE_COLUMNS.length)
  })

  it('have the types and units of Appendix C', () => {
    expect(byName.get('access_estsize')).toMatchObject({ datatype: 'long', unit: 'kbyte', ucd: 'phys.size;meta.file' })
    expect(byName.get('calib_level')).toMatchObject({ datatype: 'int' })
    expect(byName.get('s_region')).toMatchObject({ datatype: 'char', arraysize: '*', xtype: 'adql:REGION' })
    expect(byName.get('obs_release_date')).toMatchObject({ xtype: 'timestamp', ucd: 'time.release' })
    expect(byName.get('em_min')).toMatchObject({ datatype: 'double', unit: 'm' })
    expect(byName.get('t_min')).toMatchObject({ datatype: 'double', unit: 'd' })
    for (const name of ['s_xel1', 's_xel2', 't_xel', 'em_xel', 'pol_xel'])
      expect(byName.get(name)).toMatchObject({ datatype: 'long', ucd: 'meta.number' })
  })

  it('have a utype of the data model where a standard defines them, and principal are at least the mandatory', () => {
    for (const { std, utype, principal, name } of OBSCORE_COLUMNS) {
      expect(utype?.startsWith('obscore:') ?? false, name).toBe(std ?? false)
      if (OBSCORE_MANDATORY.includes(name)) expect(principal, name).toBe(true)
    }
  })
})
