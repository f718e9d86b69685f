import { describe, expect, it } from 'vitest'
import { problem, value, where } from './ask.ts'

const POSITION = { kind: 'point', lon: { kind: 'column', field: { name: 's_ra' } }, lat: { field: { name: 's_dec' } } }
const CENTER = { kind: 'shape', shape: { kind: 'point', lonDeg: 150.1, latDeg: 2.2 } }
const cone = (inclusive: boolean, negated: boolean) => ({
  kind: 'within',
  left: POSITION,
  right: CENTER,
  radius: { kind: 'literal', type: 'double', value: 0.5 },
  inclusive,
  negated,
})

describe('the spellings of a cone', () => {
  it.each([
    ['1=CONTAINS(POINT(s_ra, s_dec), CIRCLE(150.1, 2.2, 0.5))', true, false],
    [`CONTAINS(POINT('ICRS', s_ra, s_dec), CIRCLE('ICRS', 150.1, 2.2, 0.5)) = 1`, true, false],
    [`CONTAINS(POINT('ICRS GEOCENTER', s_ra, s_dec), CIRCLE('', POINT(150.1, 2.2), 1./2)) <> 0`, true, false],
    [`CONTAINS(POINT(s_ra, s_dec), 'Circle ICRS 150.1 2.2 0.5') > 0`, true, false],
    [`CONTAINS(POINT(s_ra, s_dec), REGION('CIRCLE 150.1 2.2 0.5')) >= 1`, true, false],
    [`1 = CONTAINS(POINT(s_ra, s_dec), CAST('150.1 2.2 0.5' AS CIRCLE))`, true, false],
    ['INTERSECTS(CIRCLE(150.1, 2.2, 0.5), POINT(s_ra, s_dec)) = 1', true, false],
    ['DISTANCE(POINT(s_ra, s_dec), POINT(150.1, 2.2)) <= 0.5', true, false],
    ['DISTANCE(150.1, 2.2, s_ra, s_dec) < 0.5', false, false],
    ['0.5 >= DISTANCE(s_ra, s_dec, 150.1, 2.2)', true, false],
    ['DISTANCE(s_ra, s_dec, 150.1, 2.2) < 1800 / 3600.', false, false],
    ['0=CONTAINS(POINT(s_ra, s_dec), CIRCLE(150.1, 2.2, 0.5))', true, true],
    ['CONTAINS(POINT(s_ra, s_dec), CIRCLE(150.1, 2.2, 0.5)) < 1', true, true],
    ['DISTANCE(s_ra, s_dec, 150.1, 2.2) > 0.5', true, true],
    ['DISTANCE(s_ra, s_dec, 150.1, 2.2) >= 0.5', false, true],
  ])('%s', (text, inclusive, negated) => {
    expect(where(text)).toMatchObject(cone(inclusive, negated))
  })

  it('with a radius of the row are the same condition', () => {
    expect(where('1=CONTAINS(POINT(150.1, 2.2), CIRCLE(s_ra, s_dec, s_fov / 2))')).toMatchObject({
      ...cone(true, false),
      radius: { kind: 'arithmetic' },
    })
  })

  it('are left as comparisons where no index helps', () => {
    expect(where('DISTANCE(s_ra, s_dec, 1, 2) = 0.5')).toMatchObject({ kind: 'compare', left: { name: 'DISTANCE' } })
    expect(where('DISTANCE(s_ra, s_dec, 1, 2) < -1')).toMatchObject({ kind: 'compare', operator: '<' })
    expect(where('DISTANCE(s_ra, s_dec, 1, 2) BETWEEN 1 AND 2')).toMatchObject({ kind: 'between' })
    expect(where('CONTAINS(POINT(s_ra, s_dec), CIRCLE(1, 2, 3)) = calib_level')).toMatchObject({
      kind: 'compare',
      left: { kind: 'indicator', condition: { kind: 'within' } },
    })
  })
})

describe('regions', () => {
  it('of a column contain a point, and intersect', () => {
    const region = { kind: 'column', type: 'region', field: { name: 's_region' } }
    expect(where('1=CONTAINS(POINT(10, 20), s_region)')).toEqual(
      expect.objectContaining({ kind: 'contains', negated: false }),
    )
    expect(where('INTERSECTS(s_region, POINT(10, 20)) = 0')).toMatchObject({
      kind: 'contains',
      inside: { type: 'point' },
      region,
      negated: true,
    })
    expect(where(`1=INTERSECTS('BOX ICRS 10 20 1 1', s_region)`)).toMatchObject({
      kind: 'intersects',
      left: { type: 'polygon' },
      right: region,
    })
    expect(where('1=CONTAINS(s_region, CIRCLE(1, 2, 3))')).toMatchObject({
      kind: 'contains',
      inside: region,
      region: { type: 'circle' },
    })
    expect(where(`1=CONTAINS(POINT(s_ra, s_dec), MOC('4/1-3 5/16'))`)).toMatchObject({
      kind: 'contains',
      region: { shape: { kind: 'moc', ascii: '4/1-3 5/16' } },
    })
  })

  it('that stand in the query are known at once', () => {
    expect(where('1=CONTAINS(POINT(15, 5), POLYGON(10, 0, 20, 0, 15, 10))')).toEqual({ kind: 'constant', value: true })
    expect(where('0=CONTAINS(POINT(25, 5), POLYGON(10, 0, 20, 0, 15, 10))')).toEqual({ kind: 'constant', value: true })
    expect(where('1=INTERSECTS(CIRCLE(0, 0, 1), CIRCLE(5, 0, 1))')).toEqual({ kind: 'constant', value: false })
    expect(where('DISTANCE(0, 0, 0, 1) < 2')).toEqual({ kind: 'constant', value: true })
  })

  it('become numbers', () => {
    expect(value('POINT(-10, 20)')).toMatchObject({ shape: { lonDeg: 350, latDeg: 20 } })
    expect(value('AREA(CIRCLE(0, 0, 1))')).toMatchObject({ kind: 'literal', value: expect.closeTo(3.14151, 4) })
    expect(value('AREA(POINT(0, 0))')).toMatchObject({ value: 0 })
    expect(value('COORD2(CENTROID(CIRCLE(1, 2, 3)))')).toMatchObject({ value: 2 })
    expect(value('COORD1(POINT(s_ra, 3))')).toMatchObject({ kind: 'column' })
    expect(value('COORDSYS(s_region)')).toMatchObject({ value: 'ICRS' })
    expect(value('DISTANCE(25.0, -19.5, 25.4, -20.0)')).toMatchObject({ value: expect.closeTo(0.626, 3) })
    expect(value('MOC(3, POINT(1, 2))')).toMatchObject({ shape: { ascii: '3/304' } })
  })

  it('close their ring once', () => {
    expect(value('POLYGON(10, 0, 20, 0, 15, 10, 10, 0)')).toMatchObject({
      shape: { verticesDeg: [10, 0, 20, 0, 15, 10] },
    })
  })

  it('as a box have sides that cut the arms at right angles', () => {
    const box = value('BOX(0, 0, 2, 4)')
    if (box.kind !== 'shape' || box.shape.kind !== 'polygon') throw new Error('no polygon')
    // On the equator the east and west sides are the meridians at half the width.
    const [lon, lat] = box.shape.verticesDeg
    expect([lon, lat]).toEqual([expect.closeTo(1, 9), expect.closeTo(2, 2)])
    expect(box.shape.verticesDeg).toHaveLength(8)
  })

  it('of other frames are turned into ICRS', () => {
    // udf-catalogue 1.2, example of ivo_geom_transform.
    expect(value(`ivo_geom_transform('ICRS', 'GALACTIC', POINT(120, -23))`)).toMatchObject({
      shape: { lonDeg: expect.closeTo(241.121831182, 7), latDeg: expect.closeTo(3.62785788087, 7) },
    })
    expect(value(`POINT('GALACTIC', 241.121831182, 3.62785788087)`)).toMatchObject({
      shape: { lonDeg: expect.closeTo(120, 7), latDeg: expect.closeTo(-23, 7) },
    })
    const polygon = value(`ivo_geom_transform('GALACTIC', 'FK5', POLYGON(5, 3, 4, 4, 4.5, 2))`)
    if (polygon.kind !== 'shape' || polygon.shape.kind !== 'polygon') throw new Error('no polygon')
    const expected = [266.44721, -23.10731, 264.95088, -23.434037, 267.09936, -24.051919]
    polygon.shape.verticesDeg.forEach((number, i) => {
      expect(number).toBeCloseTo(expected[i], 4)
    })
    expect(value(`POINT('GALACTIC', s_ra, s_dec)`)).toMatchObject({
      kind: 'call',
      name: 'ivo_geom_transform',
      args: [{ value: 'GALACTIC' }, { value: 'ICRS' }, { kind: 'point' }],
    })
  })
})

describe('a mistake in geometry', () => {
  it.each([
    ['POINT(1, 95)', 'bad-value: a latitude is -90 to 90 degrees, got 95 (line 1, column 8)'],
    ['CIRCLE(1, 2, -3)', 'bad-value: a radius is 0 to 180 degrees, got -3 (line 1, column 8)'],
    ['CIRCLE(1, 2)', 'wrong-type: argument 1 of CIRCLE is a point, got INTEGER (line 1, column 15)'],
    ['POLYGON(1, 2, 3, 4)', 'wrong-arguments: POLYGON needs 3 or more vertices, got 4 numbers (line 1, column 8)'],
    ['POLYGON(1, 2, 1, 2, 3, 4)', 'bad-value: a polygon needs at least 3 different vertices, got 2 (line 1, column 8)'],
    [
      `POINT('FK4', 1, 2)`,
      "unsupported: the coordinate system 'FK4' is not known; there are ICRS, FK5, GALACTIC and ECLIPTIC (line 1, column 14)",
    ],
    [
      `REGION('Ellipse ICRS 1 2 3 4 5')`,
      `bad-value: 'Ellipse ICRS 1 2 3 4 5' is no region: expected Position, Circle, Polygon or Box, found "ELLIPSE" (line 1, column 15)`,
    ],
    [
      `REGION('CIRCLE ICRS 1 2')`,
      `bad-value: 'CIRCLE ICRS 1 2' is no region: CIRCLE needs 3 numbers, got 2 (line 1, column 15)`,
    ],
    [
      'REGION(s_region)',
      'wrong-type: argument 1 of REGION is a string that stands in the query, got REGION (line 1, column 15)',
    ],
    [
      'CONTAINS(CIRCLE(1, 2, 3), POINT(1, 2))',
      'wrong-type: argument 2 of CONTAINS is a region, got POINT; the point comes first (line 1, column 34)',
    ],
    [
      'CONTAINS(s_ra, s_region)',
      'wrong-type: argument 1 of CONTAINS is a geometry, got DOUBLE PRECISION (line 1, column 17)',
    ],
    [
      'CONTAINS(s_region)',
      'wrong-arguments: CONTAINS has 1 arguments, expected CONTAINS(inside, region) (line 1, column 8)',
    ],
    ['COORD1(s_region)', 'wrong-type: argument 1 of COORD1 is a point, got REGION (line 1, column 15)'],
    [`CAST('1 2' AS CIRCLE)`, `bad-value: '1 2' is no circle: CIRCLE needs 3 numbers, got 2 (line 1, column 8)`],
    [
      'MOC(12, CIRCLE(1, 2, 3))',
      'bad-value: the order of a MOC that is made here is 0 to 9, got 12 (line 1, column 8)',
    ],
  ])('is told for %s', (text, error) => {
    expect(problem(`SELECT ${text} FROM obscore`)).toBe(error)
  })

  it('is told for comparing shapes', () => {
    expect(problem('SELECT 1 FROM survey.visit WHERE pointing = POINT(1, 2)')).toMatch(
      /^wrong-type: values of the type POINT cannot be compared/,
    )
  })
})
