import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Range } from '#src/dali'
import { parseSia, positionsOf, siaAdql } from '#src/services'
import { DEG, type Region, regionsIntersect } from '#src/sky'
import { rangeRegions } from '../../../src/services/range-regions.ts'

const adql = (...pairs: [string, string][]) => siaAdql(parseSia(pairs)).split(' AND ').slice(1).join(' AND ')

describe('a SIA request as a query', () => {
  it.each<[string, [string, string][], string]>([
    ['a circle', [['POS', 'CIRCLE 12 34 0.5']], '1 = INTERSECTS(s_region, CIRCLE(12, 34, 0.5))'],
    ['a polygon', [['pos', 'POLYGON 1 2 3 4 5 6']], '1 = INTERSECTS(s_region, POLYGON(1, 2, 3, 4, 5, 6))'],
    ['the pole', [['POS', 'RANGE 0 360 89 +Inf']], '1 = INTERSECTS(s_region, CIRCLE(0, 90, 1))'],
    [
      'a band around the sky',
      [['POS', 'RANGE 0 360 -2 2']],
      '(0 = CONTAINS(s_region, CIRCLE(0, 90, 88)) AND 0 = CONTAINS(s_region, CIRCLE(0, -90, 88)))',
    ],
    [
      'two positions',
      [
        ['POS', 'CIRCLE 1 2 3'],
        ['POS', 'CIRCLE 4 5 6'],
      ],
      '(1 = INTERSECTS(s_region, CIRCLE(1, 2, 3)) OR 1 = INTERSECTS(s_region, CIRCLE(4, 5, 6)))',
    ],
    ['a band', [['BAND', '500e-9 550e-9']], '(em_min <= 5.5e-7 AND em_max >= 5e-7)'],
    ['a wavelength', [['BAND', '0.21']], '(em_min <= 0.21 AND em_max >= 0.21)'],
    ['an open band, where both ends must be known', [['BAND', '300 +Inf']], '(em_min IS NOT NULL AND em_max >= 300)'],
    ['any band at all', [['BAND', '-Inf Inf']], '(em_min IS NOT NULL AND em_max IS NOT NULL)'],
    ['times', [['TIME', '55708 55710']], '(t_min <= 55710 AND t_max >= 55708)'],
    [
      'states',
      [
        ['POL', 'I'],
        ['POL', 'RR'],
      ],
      "(pol_states LIKE '%/I/%' OR pol_states LIKE '%/RR/%')",
    ],
    [
      'fields of view',
      [
        ['FOV', '-Inf 0.01'],
        ['FOV', '2 +Inf'],
      ],
      '(s_fov <= 0.01 OR s_fov >= 2)',
    ],
    ['resolutions', [['SPATRES', '0.1 0.2']], '(s_resolution >= 0.1 AND s_resolution <= 0.2)'],
    ['powers', [['SPECRP', '1000 +Inf']], 'em_res_power >= 1000'],
    ['exposures', [['EXPTIME', '30']], 't_exptime = 30'],
    ['resolutions in time', [['TIMERES', '-Inf +Inf']], 't_resolution IS NOT NULL'],
    [
      'names with quotes',
      [
        ['COLLECTION', "x' OR '1'='1"],
        ['COLLECTION', 'b'],
      ],
      "obs_collection IN ('x'' OR ''1''=''1', 'b')",
    ],
    [
      'levels',
      [
        ['CALIB', '2'],
        ['CALIB', '3'],
      ],
      'calib_level IN (2, 3)',
    ],
    ['identifiers', [['ID', 'IVO://A/b?C']], "LOWER(obs_publisher_did) IN ('ivo://a/b?c')"],
    ['dates', [['RELEASEDATE', '2027-01-02 +Inf']], "obs_release_date >= '2027-01-02T00:00:00'"],
    [
      'several parameters, all of which hold',
      [
        ['TARGET', 'M 31'],
        ['FACILITY', 'f'],
        ['INSTRUMENT', 'i'],
        ['DPTYPE', 'cube'],
        ['FORMAT', 'application/fits'],
      ],
      "facility_name IN ('f') AND instrument_name IN ('i') AND dataproduct_type IN ('cube') AND target_name IN ('M 31') AND access_format IN ('application/fits')",
    ],
    ['nothing', [], ''],
  ])('asks for %s', (_, pairs, expected) => {
    expect(adql(...pairs)).toBe(expected)
  })

  it('finds images and cubes alone, and takes a known identifier by its index', () => {
    const request = parseSia([['ID', 'ivo://a/b?c']])
    expect(siaAdql(request, { knownIds: new Map([['ivo://a/b?c', 'ivo://a/b?C']]) })).toBe(
      "SELECT * FROM ivoa.ObsCore WHERE dataproduct_type IN ('image', 'cube') AND obs_publisher_did IN ('ivo://a/b?C')",
    )
  })

  it.each<[string, [string, string][], string]>([
    ['a parameter of SIA 1', [['SIZE', '1']], 'is no parameter of this service'],
    ['a polarization that is none', [['POL', 'Z']], 'POL is one of I, Q'],
    ['an interval of three', [['BAND', '1 2 3']], 'BAND needs 2 numbers, got 3'],
    ['an interval the wrong way', [['TIME', '2 1']], 'lower bound first'],
    ['a level beyond 4', [['CALIB', '5']], 'CALIB needs a number of 0 to 4, got 5'],
    ['dates the wrong way', [['RELEASEDATE', '2028-01-01 2027-01-01']], 'the earlier first'],
    ['a format that is none', [['RESPONSEFORMAT', 'xls']], 'RESPONSEFORMAT "xls" is not offered'],
    [
      'two formats',
      [
        ['RESPONSEFORMAT', 'csv'],
        ['RESPONSEFORMAT', 'csv'],
      ],
      'takes one value',
    ],
    ['a remote upload', [['UPLOAD', 'a,https://example.org/x.xml']], 'URIs of the scheme param are taken'],
  ])('refuses %s', (_, pairs, message) => {
    expect(() => parseSia(pairs)).toThrow(message)
  })

  it('lets no text of a request stand in the query as it came', () => {
    const words = fc.array(fc.oneof(fc.string(), fc.constantFrom("'", "''", '--', '/*', ')', ' OR 1=1', '"', '\\')))
    fc.assert(
      fc.property(words, fc.constantFrom('COLLECTION', 'TARGET', 'ID', 'FORMAT'), (parts, name) => {
        const text = parts.join('')
        if (text.trim() === '' || /\p{Cc}/u.test(text)) return
        // What is left when string literals are taken out is the same whatever was asked for.
        const bare = (value: string) => adql([name, value]).replace(/'(?:[^']|'')*'/g, '?')
        expect(bare(text)).toBe(bare('x'))
      }),
    )
  })
})

describe('a range in shapes of ADQL', () => {
  const regionOf = (shape: ReturnType<typeof rangeRegions>['pieces'][number]): Region =>
    shape.kind === 'circle'
      ? { kind: 'circle', lonRad: shape.lonDeg * DEG, latRad: shape.latDeg * DEG, radiusRad: shape.radiusDeg * DEG }
      : {
          kind: 'polygon',
          vertices: shape.vertices.map((v) => ({ lonRad: v.lonDeg * DEG, latRad: v.latDeg * DEG })),
        }

  const degrees = (min: number, max: number) => fc.double({ min, max, noNaN: true })
  const small = (lonDeg: number, latDeg: number, radiusDeg: number): Region => ({
    kind: 'circle',
    lonRad: lonDeg * DEG,
    latRad: latDeg * DEG,
    radiusRad: radiusDeg * DEG,
  })

  it('meets what the range meets, and nothing that is two arcseconds away from it', () => {
    fc.assert(
      fc.property(
        fc.tuple(degrees(0, 359.9), degrees(0.01, 350), degrees(-90, 89), degrees(0.01, 90)),
        fc.tuple(degrees(0, 360), degrees(-90, 90)),
        ([lonMinDeg, width, latMinDeg, height], [lon, lat]) => {
          const lonMaxDeg = (lonMinDeg + width) % 360
          const latMaxDeg = Math.min(90, latMinDeg + height)
          const range: Range = { kind: 'range', lonMinDeg, lonMaxDeg, latMinDeg, latMaxDeg }
          const { pieces } = rangeRegions(range)
          const found = pieces.some((piece) => regionsIntersect(regionOf(piece), small(lon, lat, 1e-6)))
          const away = (lon - lonMinDeg + 360) % 360
          const margin = 2 / 3600
          const lonMargin = margin / Math.max(1e-3, Math.cos(lat * DEG))
          const inside = away <= width && lat >= latMinDeg && lat <= latMaxDeg
          const far =
            lat < latMinDeg - margin ||
            lat > latMaxDeg + margin ||
            (away > width + lonMargin && away < 360 - lonMargin && Math.abs(lat) < 89.9)
          if (inside) expect(found).toBe(true)
          if (far) expect(found).toBe(false)
        },
      ),
      { numRuns: 500 },
    )
  })

  it.each<[string, [number, number, number, number]]>([
    ['without width', [12, 12, 34, 36]],
    ['without height', [350, 10, 5, 5]],
    ['that is a point', [12, 12, 34, 34]],
    ['that is a pole', [12, 13, 90, 90]],
  ])('is a polygon also for a range %s', (_, [lonMinDeg, lonMaxDeg, latMinDeg, latMaxDeg]) => {
    const { pieces } = rangeRegions({ kind: 'range', lonMinDeg, lonMaxDeg, latMinDeg, latMaxDeg })
    expect(pieces.length).toBeGreaterThan(0)
    for (const piece of pieces) if (piece.kind === 'polygon') expect(piece.vertices.length).toBeGreaterThanOrEqual(3)
    expect(pieces.some((piece) => regionsIntersect(regionOf(piece), small(lonMinDeg, latMinDeg, 1e-5)))).toBe(true)
  })
})

describe('uploaded positions', () => {
  const number = (name: string, more: object = {}) => ({ name, datatype: 'double' as const, ...more })

  it('are found by UCD before names, with a radius in its unit', () => {
    const fields = [
      number('ra', { ucd: 'pos.eq.ra;stat.error' }),
      number('x', { ucd: 'pos.eq.ra;meta.main', unit: 'deg' }),
      number('y', { ucd: 'POS.EQ.DEC;META.MAIN' }),
      number('radius', { unit: 'arcsec' }),
    ]
    expect(
      positionsOf('t', fields, [
        [0, 10, 20, 36],
        [0, null, 20, 36],
        [0, 370, -5, 0],
      ]),
    ).toEqual([
      { kind: 'circle', lonDeg: 10, latDeg: 20, radiusDeg: 0.01 },
      { kind: 'point', lonDeg: 10, latDeg: -5 },
    ])
  })

  it('may be names alone, or geometry', () => {
    expect(positionsOf('t', [number('RAJ2000'), number('DEJ2000')], [[1, 2]])).toEqual([
      { kind: 'point', lonDeg: 1, latDeg: 2 },
    ])
    const geometry = (xtype: string) => [number('g', { xtype, arraysize: '*' })]
    expect(positionsOf('t', geometry('circle'), [['1 2 3']])).toMatchObject([{ kind: 'circle', radiusDeg: 3 }])
    expect(positionsOf('t', geometry('polygon'), [[[1, 2, 3, 4, 5, 6]]])).toMatchObject([{ kind: 'polygon' }])
    expect(positionsOf('t', geometry('point'), [['1 2']])).toEqual([{ kind: 'point', lonDeg: 1, latDeg: 2 }])
  })

  it.each<[string, Parameters<typeof positionsOf>, string]>([
    ['no position', ['t', [number('mag')], []], 'the table "t" has no positions'],
    ['a unit of something else', ['t', [number('ra', { unit: 'h' }), number('dec')], []], 'no unit of angles'],
    ['a latitude beyond the pole', ['t', [number('ra'), number('dec')], [[1, 91]]], 'needs positions in degrees'],
    [
      'too many rows',
      ['t', [number('ra'), number('dec')], Array.from({ length: 1001 }, () => [1, 2])],
      'more than 1000 rows',
    ],
  ])('refuse %s', (_, args, message) => {
    expect(() => positionsOf(...args)).toThrow(message)
  })
})
