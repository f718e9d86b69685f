// The functions of the language as one table: what the checker knows of their arguments and results, and what capabilities and
// documentation print. Angles of the geometry functions are degrees (ADQL 2.1 §4.2.5), those of SIN and its like radians.
// Sources: ADQL 2.1 §2.3 and §4, Catalogue of ADQL User Defined Functions 1.2. Left out of the catalogue on purpose:
// ivo_simbadpoint, because a query must not make the service call another one.

import { ROTATED_FRAMES } from '#src/sky'
import type { AdqlType } from './types.ts'

export type FeatureGroup = 'geometry' | 'string' | 'type' | 'conditional' | 'unit' | 'udf'

/** What an argument may be. `literal`: a string that must stand in the query. */
export type ArgumentType = 'numeric' | 'integer' | 'string' | 'timestamp' | 'geometry' | 'point' | 'any' | 'literal'

export interface Argument {
  readonly name: string
  readonly type: ArgumentType
  readonly optional: boolean
}

export interface Signature {
  readonly args: readonly Argument[]
  /** The last argument may be repeated. */
  readonly repeats: boolean
  /** `argument`: that of the last argument. */
  readonly result: AdqlType | 'argument'
}

export interface FunctionDefinition {
  /** Capitals for the language's own, lower case for user defined ones; compared without case. */
  readonly name: string
  /** Absent: core language, always there. */
  readonly group?: FeatureGroup
  readonly aggregate: boolean
  readonly signatures: readonly Signature[]
  readonly description: string
}

/** `x numeric, n? integer, more... any` */
function signature(text: string, result: Signature['result']): Signature {
  const args =
    text === ''
      ? []
      : text.split(', ').map((part) => {
          const [name, type] = part.split(' ')
          return { name: name.replace(/\?|\.\.\.$/g, ''), type: type as ArgumentType, optional: name.endsWith('?') }
        })
  return { args, repeats: text.includes('... '), result }
}

const define =
  (group?: FeatureGroup, aggregate = false) =>
  (
    name: string,
    args: string | readonly string[],
    result: Signature['result'],
    description: string,
  ): FunctionDefinition => ({
    name,
    ...(group && { group }),
    aggregate,
    signatures: (typeof args === 'string' ? [args] : args).map((text) => signature(text, result)),
    description,
  })

const core = define()
const set = define(undefined, true)
const geometry = define('geometry')
const text = define('string')
const udf = define('udf')
const udfSet = define('udf', true)

/** Types of aggregates and of COALESCE, and the constructors, have rules of their own in the checker. */
export const FUNCTIONS: readonly FunctionDefinition[] = [
  set('COUNT', 'value any', 'long', 'Number of rows (COUNT(*)) or of values that are not NULL.'),
  set('SUM', 'value numeric', 'argument', 'Sum of the values.'),
  set('AVG', 'value numeric', 'double', 'Mean of the values.'),
  set('MIN', 'value any', 'argument', 'Smallest value.'),
  set('MAX', 'value any', 'argument', 'Largest value.'),

  core('ABS', 'x numeric', 'double', 'Absolute value.'),
  core('CEILING', 'x numeric', 'double', 'Smallest whole number that is not less than x.'),
  core('DEGREES', 'x numeric', 'double', 'Radians to degrees.'),
  core('EXP', 'x numeric', 'double', 'e to the power of x.'),
  core('FLOOR', 'x numeric', 'double', 'Largest whole number that is not greater than x.'),
  core('LOG', 'x numeric', 'double', 'Natural logarithm; x above 0.'),
  core('LOG10', 'x numeric', 'double', 'Logarithm to the base 10; x above 0.'),
  core('MOD', 'x numeric, y numeric', 'double', 'Remainder of x / y with the sign of x.'),
  core('PI', '', 'double', 'The constant pi.'),
  core('POWER', 'x numeric, y numeric', 'double', 'x to the power of y.'),
  core('RADIANS', 'x numeric', 'double', 'Degrees to radians.'),
  core('RAND', 'seed? numeric', 'double', 'Random number between 0 and 1; the seed means nothing.'),
  core(
    'ROUND',
    'x numeric, n? integer',
    'double',
    'x rounded to n decimals (0), to tens and hundreds where n is negative.',
  ),
  core('SQRT', 'x numeric', 'double', 'Square root; x not below 0.'),
  core('TRUNCATE', 'x numeric, n? integer', 'double', 'x cut to n decimals (0).'),
  core('ACOS', 'x numeric', 'double', 'Arc cosine in radians, 0 to pi.'),
  core('ASIN', 'x numeric', 'double', 'Arc sine in radians, -pi/2 to pi/2.'),
  core('ATAN', 'x numeric', 'double', 'Arc tangent in radians, -pi/2 to pi/2.'),
  core('ATAN2', 'y numeric, x numeric', 'double', 'Polar angle of (x, y) in radians, -pi to pi.'),
  core('COS', 'x numeric', 'double', 'Cosine of x radians.'),
  core('COT', 'x numeric', 'double', 'Cotangent of x radians.'),
  core('SIN', 'x numeric', 'double', 'Sine of x radians.'),
  core('TAN', 'x numeric', 'double', 'Tangent of x radians.'),

  geometry('AREA', 'region geometry', 'double', 'Area in square degrees; 0 for a point.'),
  geometry(
    'BOX',
    ['lon numeric, lat numeric, width numeric, height numeric', 'center point, width numeric, height numeric'],
    'polygon',
    'Box of great-circle sides around a centre, degrees; a polygon.',
  ),
  geometry('CENTROID', 'region geometry', 'point', 'Centre of a region.'),
  geometry(
    'CIRCLE',
    ['lon numeric, lat numeric, radius numeric', 'center point, radius numeric'],
    'circle',
    'Circle around a centre, degrees.',
  ),
  geometry(
    'CONTAINS',
    'inside geometry, region geometry',
    'int',
    '1 where the first region lies wholly in the second, else 0.',
  ),
  geometry('COORD1', 'position point', 'double', 'Longitude of a point, degrees.'),
  geometry('COORD2', 'position point', 'double', 'Latitude of a point, degrees.'),
  geometry('COORDSYS', 'region geometry', 'string', 'Name of the coordinate system: ICRS.'),
  geometry(
    'DISTANCE',
    ['a point, b point', 'lon1 numeric, lat1 numeric, lon2 numeric, lat2 numeric'],
    'double',
    'Length of the great-circle arc between two points, degrees.',
  ),
  geometry(
    'INTERSECTS',
    'a geometry, b geometry',
    'int',
    '1 where two regions have a point in common, borders included, else 0; NULL where one is NULL.',
  ),
  geometry('POINT', 'lon numeric, lat numeric', 'point', 'A place on the sky, degrees.'),
  geometry(
    'POLYGON',
    ['lonlat... numeric', 'vertex... point'],
    'polygon',
    'Polygon of three or more vertices joined by great circles, degrees.',
  ),
  geometry('REGION', 'stcs literal', 'region', 'A region in STC-S: Position, Circle, Polygon, Box.'),
  geometry(
    'MOC',
    ['cells literal', 'order integer, region geometry'],
    'moc',
    'A coverage map from its ASCII form, or of the cells of an order that touch a region.',
  ),

  text('LOWER', 'text string', 'string', 'The text in lower case.'),
  text('UPPER', 'text string', 'string', 'The text in upper case.'),
  define('conditional')('COALESCE', 'value... any', 'argument', 'The first argument that is not NULL.'),
  define('unit')('IN_UNIT', 'value numeric, unit literal', 'double', 'A column with a unit, converted to another one.'),
  define('type')('TIMESTAMP', 'text literal', 'timestamp', 'A time from its ISO text, as CAST(... AS TIMESTAMP).'),

  udf(
    'ivo_healpix_index',
    ['hpxOrder integer, long numeric, lat numeric', 'hpxOrder integer, point point'],
    'long',
    'Index of the HEALPix cell (nested numbering) of an order that holds a position in degrees.',
  ),
  udf(
    'ivo_healpix_center',
    'hpxOrder integer, hpxIndex integer',
    'point',
    'Centre of a HEALPix cell (nested numbering).',
  ),
  udf(
    'ivo_epoch_prop_pos',
    'ra numeric, dec numeric, parallax numeric, pmra numeric, pmdec numeric, radial_velocity numeric, ref_epoch numeric, out_epoch numeric',
    'point',
    'Position of a star at out_epoch (Julian years) by linear motion from ref_epoch: degrees, mas, mas/yr, mas/yr, km/s.',
  ),
  udf(
    'ivo_geom_transform',
    'from_sys literal, to_sys literal, geo geometry',
    'argument',
    `A geometry turned from one frame to another: ${ROTATED_FRAMES.join(', ')}.`,
  ),
  udf('ivo_to_jd', 'd timestamp', 'double', 'Julian date of a time.'),
  udf('ivo_to_mjd', 'd timestamp', 'double', 'Modified Julian date of a time.'),
  udf(
    'ivo_nocasematch',
    'value string, pattern string',
    'int',
    '1 where the value is LIKE the pattern when case does not count, else 0.',
  ),
  udf(
    'ivo_hasword',
    'haystack string, needle string',
    'int',
    '1 where every word of the needle is in the haystack, whatever the case, else 0.',
  ),
  udf(
    'ivo_hashlist_has',
    'hashlist string, item string',
    'int',
    '1 where the item is in a list of words between # signs, whatever the case, else 0.',
  ),
  udf(
    'ivo_interval_overlaps',
    'a1 numeric, b1 numeric, a2 numeric, b2 numeric',
    'int',
    '1 where the intervals [a1, b1] and [a2, b2] have a point in common, else 0.',
  ),
  udf('ivo_normal_random', 'mu numeric, sigma numeric', 'double', 'Random number of a normal distribution.'),
  udf(
    'ivo_hms_to_degrees',
    'hms string',
    'double',
    'Degrees of an angle written in hours, minutes and seconds; NULL where it cannot be read.',
  ),
  udf(
    'ivo_dms_to_degrees',
    'dms string',
    'double',
    'Degrees of an angle written in degrees, minutes and seconds; NULL where it cannot be read.',
  ),
  udfSet(
    'ivo_string_agg',
    'expression string, delimiter string',
    'string',
    'All values of a group in one text, with a delimiter between them.',
  ),
  udfSet(
    'ivo_histogram',
    'val numeric, lower numeric, upper numeric, nbins integer',
    'array',
    'Counts in nbins bins between lower and upper, with those below before and those above after them.',
  ),
]

const BY_NAME: ReadonlyMap<string, FunctionDefinition> = new Map(FUNCTIONS.map((one) => [one.name.toLowerCase(), one]))

export const findFunction = (name: string) => BY_NAME.get(name.toLowerCase())
