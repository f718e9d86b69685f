import { describe, expect, it } from 'vitest'
import { FUNCTIONS, findFunction, LANGUAGE_FEATURES, LANGUAGE_VERSIONS } from '#src/adql'
import { problem } from './ask.ts'

const forms = (suffix: string) =>
  LANGUAGE_FEATURES.find(
    ({ type }) => type.toLowerCase() === `ivo://ivoa.net/std/tapregext#features${suffix}`,
  )?.features.map(({ form }) => form)

describe('the capabilities of the language', () => {
  it('name both versions', () => {
    expect(LANGUAGE_VERSIONS.map(({ version, ivoId }) => [version, ivoId.toLowerCase()])).toEqual([
      ['2.1', 'ivo://ivoa.net/std/adql#v2.1'],
      ['2.0', 'ivo://ivoa.net/std/adql#v2.0'],
    ])
  })

  it('name every optional feature of ADQL 2.1 in its group', () => {
    expect(forms('-adqlgeo')).toEqual([
      'AREA',
      'BOX',
      'CENTROID',
      'CIRCLE',
      'CONTAINS',
      'COORD1',
      'COORD2',
      'COORDSYS',
      'DISTANCE',
      'INTERSECTS',
      'POINT',
      'POLYGON',
      'REGION',
    ])
    expect(forms('-adql-string')).toEqual(['LOWER', 'UPPER', 'ILIKE'])
    expect(forms('-adql-sets')).toEqual(['UNION', 'EXCEPT', 'INTERSECT'])
    expect(['-adql-common-table', '-adql-type', '-adql-conditional', '-adql-unit', '-adql-offset'].map(forms)).toEqual([
      ['WITH'],
      ['CAST'],
      ['COALESCE'],
      ['IN_UNIT'],
      ['OFFSET'],
    ])
  })

  it('write the signatures of user defined functions as ADQL 2.1 §4.3.2 does', () => {
    const udfs = forms('-udf')!
    for (const form of udfs)
      expect(form).toMatch(
        /^[a-z][a-z0-9_]*\([a-z]\w* [A-Z][A-Z ]*(, [a-z]\w* [A-Z][A-Z ]*)*\) -> [A-Z][A-Z ]*(\[\])?$/i,
      )
    expect(udfs).toContain('ivo_hasword(haystack VARCHAR, needle VARCHAR) -> INTEGER')
    expect(udfs.filter((form) => form.startsWith('ivo_healpix_index'))).toHaveLength(2)
  })

  it('are all there: a call of every function resolves', () => {
    const sample: Record<string, string> = {
      numeric: '1.5',
      integer: '3',
      string: "'a'",
      literal: "'deg'",
      timestamp: "'2024-01-01'",
      geometry: 's_region',
      point: 'POINT(1, 2)',
      any: '1',
    }
    const special: Record<string, string> = {
      REGION: `REGION('CIRCLE 1 2 3')`,
      MOC: `MOC('4/1')`,
      POLYGON: 'POLYGON(1, 2, 3, 4, 5, 6)',
      IN_UNIT: `IN_UNIT(s_ra, 'arcsec')`,
      TIMESTAMP: `TIMESTAMP('2024-01-01')`,
      ivo_geom_transform: `ivo_geom_transform('ICRS', 'GALACTIC', s_region)`,
    }
    for (const { name, signatures } of FUNCTIONS)
      for (const { args } of signatures) {
        const call = special[name] ?? `${name}(${args.map(({ type }) => sample[type]).join(', ')})`
        expect([call, problem(`SELECT ${call} FROM obscore`)]).toEqual([call, 'no error'])
      }
  })

  it('find functions whatever the case', () => {
    expect(findFunction('IVO_HasWord')?.name).toBe('ivo_hasword')
    expect(findFunction('constructor')).toBeUndefined()
  })
})
