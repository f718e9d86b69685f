// What is PostgreSQL's own, with pg_sphere. Functions of the schema skyedge are those of origin/query/postgres-functions.ts.

import { parseMocAscii } from '#src/moc'
import { degToRad, EDGE_RAD } from '#src/sky'
import type { AdqlType } from '../types.ts'
import { INTEGER_BITS, INTEGERS, isInteger } from '../types.ts'
import type { Context, Dialect, ParamType, Parts } from './context.ts'
import type { Predicates, Side } from './predicates.ts'
import { shapeText, spolyText } from './shape.ts'

const call =
  (name: string) =>
  (...args: string[]) =>
    `skyedge.${name}(${args.join(', ')})`

const PARAMS: Readonly<Record<ParamType, string>> = {
  text: 'text',
  double: 'double precision',
  bigint: 'bigint',
  spoly: 'spoly',
  bigints: 'bigint[]',
}
const TYPES: Readonly<Record<AdqlType, string>> = {
  boolean: 'boolean',
  short: 'bigint',
  int: 'bigint',
  long: 'bigint',
  float: 'double precision',
  double: 'double precision',
  string: 'text',
  timestamp: 'text',
  point: 'text',
  circle: 'text',
  polygon: 'text',
  region: 'text',
  moc: 'text',
  interval: 'text',
  array: 'text',
  blob: 'bytea',
  null: 'text',
}
/** Case as Unicode says, whatever the server's locale is. */
const UNICODE = 'COLLATE "und-x-icu"'
const BYTES = 'COLLATE "C"'

export const postgres: Dialect = {
  name: 'postgres',
  mostParams: 65_000,
  placeholder: (n, type) => `$${n}::${PARAMS[type]}`,
  boolean: (value) => (value ? 'TRUE' : 'FALSE'),
  double: (value) => `('${value}'::double precision)`,
  nullOf: (type) => `NULL::${TYPES[type]}`,
  cast,
  arithmetic(operator, left, right, integer) {
    const type = integer ? 'bigint' : 'double precision'
    // Division by nothing is NULL, as in SQLite.
    return operator === '/'
      ? `((${left})::${type} / NULLIF((${right})::${type}, 0))`
      : `((${left})::${type} ${operator} (${right})::${type})`
  },
  ordered: (text) => `(${text} ${BYTES})`,
  like(operand, pattern, context, ignoreCase) {
    const given = context.value(pattern)
    // No escape character: ADQL has none.
    if (ignoreCase) return `(lower(${operand} ${UNICODE}) ${BYTES} LIKE lower(${given} ${UNICODE}) ${BYTES} ESCAPE '')`
    return `(${operand} LIKE ${given} ESCAPE '')`
  },
  indicator: (condition) => `(${condition})::integer`,
  noLimit: 'LIMIT ALL',
  exceptAll: (operator, left, right) =>
    `SELECT * FROM (${left}) AS "l" ${operator.toUpperCase()} ALL SELECT * FROM (${right}) AS "r"`,
  distance: call('distance'),
  text,
  calls: {
    CEILING: (x) => `ceil(${x})`,
    LOG: call('ln'),
    LOG10: call('log10'),
    SQRT: call('sqrt'),
    EXP: call('exp'),
    POWER: call('power'),
    MOD: call('fmod'),
    MOD_INTEGER: (a, b) => `mod((${a})::bigint, NULLIF((${b})::bigint, 0))`,
    ROUND: (x, n = '0') => `skyedge.round(${x}, (${n})::integer)`,
    TRUNCATE: (x, n = '0') => `skyedge.truncate(${x}, (${n})::integer)`,
    RAND: () => 'random()',
    ACOS: call('acos'),
    ASIN: call('asin'),
    COT: call('cot'),
    LOWER: (text) => `(lower(${text} ${UNICODE}) ${BYTES})`,
    UPPER: (text) => `(upper(${text} ${UNICODE}) ${BYTES})`,
    BOX: call('box'),
    AREA: call('area'),
    CENTROID: call('centroid'),
    COORD1: call('coord1'),
    COORD2: call('coord2'),
    ivo_healpix_index: (order, lon, lat) => `skyedge.healpix_index((${order})::integer, ${lon}, ${lat})`,
    ivo_healpix_center: (order, cell) => `skyedge.healpix_center((${order})::integer, (${cell})::bigint)`,
    ivo_epoch_prop_pos: call('epoch_prop_pos'),
    ivo_geom_transform: call('geom_transform'),
    ivo_to_jd: call('to_jd'),
    ivo_to_mjd: call('to_mjd'),
    ivo_nocasematch: (value, pattern) =>
      `(lower(${value} ${UNICODE}) ${BYTES} LIKE lower(${pattern} ${UNICODE}) ${BYTES} ESCAPE '')::integer`,
    ivo_hasword: call('hasword'),
    ivo_hashlist_has: call('hashlist_has'),
    ivo_interval_overlaps: (a1, b1, a2, b2) =>
      `(${a1} <= ${b1} AND ${a2} <= ${b2} AND ${a1} <= ${b2} AND ${a2} <= ${b1})::integer`,
    ivo_normal_random: call('normal_random'),
    ivo_hms_to_degrees: call('hms_to_degrees'),
    ivo_dms_to_degrees: call('dms_to_degrees'),
  },
  aggregate(name, distinct, args, type, of) {
    const textual = of === 'string' || of === 'timestamp' || of === 'region'
    const [value = '*'] = args
    const own = textual ? `${value} ${BYTES}` : value
    const some = distinct ? 'DISTINCT ' : ''
    switch (name) {
      case 'COUNT':
        return `count(${some}${value})`
      case 'SUM':
        return `sum(${some}${value})${isInteger(type) ? '::bigint' : ''}`
      case 'ivo_string_agg':
        return `string_agg(${some}${own}, ${args[1]} ORDER BY ${own})`
      case 'ivo_histogram':
        return `skyedge.histogram((${value})::double precision, (${args[1]})::double precision, (${args[2]})::double precision, (${args[3]})::integer)`
      default:
        return `${name.toLowerCase()}(${some}${own})`
    }
  },
  predicates: predicates(),
}

function cast(expression: string, from: AdqlType, to: AdqlType, length?: number): string {
  switch (to) {
    case 'short':
    case 'int':
    case 'long':
      if (INTEGERS.includes(from) && INTEGERS.indexOf(from) <= INTEGERS.indexOf(to)) return expression
      if (isInteger(from)) return `skyedge.narrow((${expression})::bigint, ${INTEGER_BITS[to]})`
      if (from === 'boolean') return `(${expression})::integer`
      return `skyedge.to_integer(${from === 'string' ? `skyedge.to_double(${expression})` : `(${expression})::double precision`}, ${INTEGER_BITS[to]})`
    case 'float':
    case 'double': {
      const double =
        from === 'string'
          ? `skyedge.to_double(${expression})`
          : from === 'boolean'
            ? `(${expression})::integer::double precision`
            : `(${expression})::double precision`
      return to === 'float' && from !== 'short' ? `skyedge.to_float(${double})` : double
    }
    case 'string': {
      const text =
        from === 'boolean'
          ? `(${expression})::integer::text`
          : from === 'float'
            ? `(${expression})::real::text`
            : `(${expression})::text`
      return length === undefined ? text : `substr(${text}, 1, ${length})`
    }
    case 'timestamp':
      return from === 'timestamp' ? expression : `skyedge.timestamp(${expression})`
    case 'point':
    case 'circle':
    case 'polygon':
      return `skyedge.as_${to}(${expression})`
    default:
      return expression
  }
}

function text(parts: Parts): string {
  switch (parts.kind) {
    case 'point':
      return `skyedge.point_text(${parts.lon}, ${parts.lat})`
    case 'circle':
      return `skyedge.circle_text(${parts.lon}, ${parts.lat}, ${parts.radius})`
    case 'polygon':
      return `skyedge.polygon_text(ARRAY[${parts.coordinates.join(', ')}])`
    case 'text':
      return parts.text
  }
}

function predicates(): Predicates {
  const point = ({ parts, indexed }: Side) =>
    indexed?.position && indexed.machine
      ? indexed.machine
      : parts.kind === 'point'
        ? `skyedge.point(${parts.lon}, ${parts.lat})`
        : undefined
  const polygon = (context: Context, { machine, shape }: Side) =>
    machine ?? (shape?.kind === 'polygon' ? context.param(spolyText(shape.verticesDeg), 'spoly') : undefined)
  /** pg_sphere's circles end at 90 degrees. */
  const circle = ({ shape }: Side) =>
    shape?.kind === 'circle' && shape.radiusDeg > 0 && shape.radiusDeg <= 90
      ? `scircle(skyedge.point(${shape.lonDeg}, ${shape.latDeg}), ${degToRad(shape.radiusDeg)})`
      : undefined
  const any = (context: Context, { parts, machine, shape }: Side) => {
    if (machine) return `skyedge.shape_of(${machine})`
    if (shape?.kind === 'polygon') return `skyedge.shape_of(${context.param(spolyText(shape.verticesDeg), 'spoly')})`
    if (parts.kind === 'point') return `skyedge.shape_of(${parts.lon}, ${parts.lat}, 0)`
    if (parts.kind === 'circle') return `skyedge.shape_of(${parts.lon}, ${parts.lat}, ${parts.radius})`
    return `skyedge.shape_of(${shape ? context.param(shapeText(shape), 'text') : text(parts)})`
  }
  return {
    contains(context, inner, outer) {
      const [polygonOut, circleOut] = [polygon(context, outer), circle(outer)]
      const [pointIn, circleIn, polygonIn] = [point(inner), circle(inner), polygon(context, inner)]
      const own = pointIn ?? circleIn ?? polygonIn
      if (polygonOut && own) return `(${own} <@ ${polygonOut})`
      if (circleOut && polygonIn) return `(${polygonIn} <@ ${circleOut})`
      return `skyedge.contains(${any(context, inner)}, ${any(context, outer)})`
    },
    intersects(context, a, b) {
      const [first, second] = [polygon(context, a) ?? circle(a), polygon(context, b) ?? circle(b)]
      if (first && second && (polygon(context, a) || polygon(context, b))) return `(${first} && ${second})`
      return `skyedge.intersects(${any(context, a)}, ${any(context, b)})`
    },
    // The operators above are those that a GiST index knows.
    indexed: (_context, _indexed, _other, exact) => exact,
    near(_context, { machine }, { parts }, _radius, constant, exact) {
      if (!machine || parts.kind !== 'point' || constant === undefined || !(constant >= 0 && constant < 89))
        return exact
      const reach = degToRad(constant) + 4 * EDGE_RAD
      return `(${machine} <@ scircle(skyedge.point(${parts.lon}, ${parts.lat}), ${reach}) AND ${exact})`
    },
    inMoc(context, ascii, lon, lat) {
      const { order, ranges } = parseMocAscii(ascii)
      return `skyedge.in_ranges(skyedge.healpix_index(${order}, ${lon}, ${lat}), ${context.param(`{${ranges.join(',')}}`, 'bigints')})`
    },
  }
}
