// What is SQLite's own. Functions named sky_… are those of origin/query/sqlite-functions.ts.

import { degToRad, EDGE_RAD } from '#src/sky'
import type { AdqlType } from '../types.ts'
import { INTEGER_BITS, INTEGERS, isInteger } from '../types.ts'
import type { Context, Dialect, Parts } from './context.ts'
import { quote } from './context.ts'
import type { Predicates, Side } from './predicates.ts'
import { shapeBox, shapeText } from './shape.ts'

const call =
  (name: string) =>
  (...args: string[]) =>
    `${name}(${args.join(', ')})`

export const sqlite: Dialect = {
  name: 'sqlite',
  mostParams: 32_000,
  placeholder: (n) => `?${n}`,
  boolean: (value) => (value ? 'TRUE' : 'FALSE'),
  double,
  nullOf: () => 'NULL',
  cast,
  arithmetic: (operator, left, right) => `(${left} ${operator} ${right})`,
  ordered: (text) => text,
  like(operand, pattern, context, ignoreCase) {
    if (!ignoreCase && pattern.kind === 'literal' && typeof pattern.value === 'string' && pattern.value.length < 10_000)
      return `(${operand} GLOB ${context.param(globOf(pattern.value), 'text')})`
    return `${ignoreCase ? 'sky_ilike' : 'sky_like'}(${operand}, ${context.value(pattern)})`
  },
  indicator: (condition) => `(${condition})`,
  noLimit: 'LIMIT -1',
  exceptAll(operator, left, right, columns) {
    const numbered = (rows: string) =>
      `SELECT *, row_number() OVER (PARTITION BY ${columns.join(', ')}) AS "n" FROM (${rows})`
    return `SELECT ${columns.join(', ')} FROM (${numbered(left)} ${operator.toUpperCase()} ${numbered(right)})`
  },
  distance: call('sky_distance'),
  text,
  calls: {
    CEILING: call('ceil'),
    LOG: call('ln'),
    LOG10: call('log10'),
    EXP: call('sky_exp'),
    POWER: call('sky_power'),
    MOD: call('sky_mod'),
    MOD_INTEGER: (a, b) => `(${a} % ${b})`,
    ROUND: call('sky_round'),
    TRUNCATE: call('sky_truncate'),
    RAND: () => 'sky_rand()',
    COT: call('sky_cot'),
    LOWER: call('sky_lower'),
    UPPER: call('sky_upper'),
    BOX: call('sky_box'),
    AREA: call('sky_area'),
    CENTROID: call('sky_centroid'),
    COORD1: call('sky_coord1'),
    COORD2: call('sky_coord2'),
    ivo_healpix_index: call('ivo_healpix_index'),
  },
  aggregate(name, distinct, args, _type, _of) {
    switch (name) {
      case 'COUNT':
        return args.length === 0 ? 'count(*)' : `count(${distinct ? 'DISTINCT ' : ''}${args[0]})`
      case 'ivo_string_agg':
        return distinct
          ? `sky_string_set(${args.join(', ')})`
          : `group_concat(${args[0]}, ${args[1]} ORDER BY ${args[0]})`
      case 'ivo_histogram':
        return `ivo_histogram(${args.join(', ')})`
      default:
        return `${name.toLowerCase()}(${distinct ? 'DISTINCT ' : ''}${args[0]})`
    }
  },
  predicates: predicates(),
}

function double(value: number): string {
  const text = `${value}`
  const real = /[.e]/.test(text) ? text : `${text}.0`
  return value < 0 || Object.is(value, -0) ? `(${real})` : real
}

function cast(expression: string, from: AdqlType, to: AdqlType, length?: number): string {
  switch (to) {
    case 'short':
    case 'int':
    case 'long':
      return isInteger(from) && INTEGERS.indexOf(from) <= INTEGERS.indexOf(to)
        ? expression
        : `sky_to_integer(${expression}, ${INTEGER_BITS[to]})`
    case 'float':
    case 'double':
      if (from === 'string') return `sky_to_double(${expression})`
      return to === 'float' && from !== 'short' ? `sky_to_float(${expression})` : `CAST(${expression} AS REAL)`
    case 'string': {
      const text =
        from === 'string' || from === 'timestamp' || !SCALAR.has(from)
          ? expression
          : `sky_text(${expression}, ${from === 'float' ? 1 : 0})`
      return length === undefined ? text : `substr(${text}, 1, ${length})`
    }
    case 'timestamp':
      return from === 'timestamp' ? expression : `sky_timestamp(${expression})`
    case 'point':
    case 'circle':
    case 'polygon':
      return `sky_as_${to}(${expression})`
    default:
      return expression
  }
}

const SCALAR: ReadonlySet<AdqlType> = new Set(['boolean', 'short', 'int', 'long', 'float', 'double'])

/** The same pattern for GLOB, which tells case apart and uses an index. */
const globOf = (pattern: string) =>
  pattern.replace(/[%_*?[]/g, (wild) => (wild === '%' ? '*' : wild === '_' ? '?' : `[${wild}]`))

function text(parts: Parts): string {
  switch (parts.kind) {
    case 'point':
      return `sky_point(${parts.lon}, ${parts.lat})`
    case 'circle':
      return `sky_circle(${parts.lon}, ${parts.lat}, ${parts.radius})`
    case 'polygon':
      return `sky_polygon(${parts.coordinates.join(', ')})`
    case 'text':
      return parts.text
  }
}

function predicates(): Predicates {
  const given = (context: Context, side: Side) =>
    side.shape ? context.param(shapeText(side.shape), 'text') : text(side.parts)
  const boxes = (rtree: { table: string; key: string }, tests: readonly string[], exact: string) =>
    `(${rtree.key} IN (SELECT "id" FROM ${quote(rtree.table)} WHERE ${tests.join(' AND ')}) AND ${exact})`
  const constantBox = (box: readonly number[]) =>
    box.map((edge, i) => `"${'xyz'[i >> 1]}${i % 2 ? 0 : 1}" ${i % 2 ? '<=' : '>='} ${double(edge)}`)
  /** About a position that another table's row gives: its unit vector, so much to either side. */
  const movingBox = (lon: string, lat: string, reach: string) =>
    [
      `cos(radians(${lat})) * cos(radians(${lon}))`,
      `cos(radians(${lat})) * sin(radians(${lon}))`,
      `sin(radians(${lat}))`,
    ].flatMap((unit, i) => [`"${'xyz'[i]}0" <= (${unit} + ${reach})`, `"${'xyz'[i]}1" >= (${unit} - ${reach})`])
  return {
    contains(context, inner, outer) {
      if (inner.parts.kind === 'point')
        return `sky_point_in(${inner.parts.lon}, ${inner.parts.lat}, ${given(context, outer)})`
      return `sky_contains(${given(context, inner)}, ${given(context, outer)})`
    },
    intersects: (context, a, b) => `sky_intersects(${given(context, a)}, ${given(context, b)})`,
    indexed(_context, { rtree }, { shape, parts }, exact) {
      if (!rtree) return exact
      if (shape) return boxes(rtree, constantBox(shapeBox(shape)), exact)
      if (parts.kind === 'point') return boxes(rtree, movingBox(parts.lon, parts.lat, double(8 * EDGE_RAD)), exact)
      return exact
    },
    near(_context, { rtree }, { shape, parts }, radius, constant, exact) {
      if (!rtree || parts.kind !== 'point' || (constant !== undefined && !(constant >= 0 && constant <= 180)))
        return exact
      if (shape && constant !== undefined) return boxes(rtree, constantBox(shapeBox(shape, degToRad(constant))), exact)
      // The chord is the most that any coordinate of a unit vector changes by.
      const reach =
        constant === undefined
          ? `(2.0 * sin(radians(min(max(${radius}, 0.0), 180.0)) / 2.0) + ${8 * EDGE_RAD})`
          : double(2 * Math.sin(degToRad(constant) / 2) + 8 * EDGE_RAD)
      return boxes(rtree, movingBox(parts.lon, parts.lat, reach), exact)
    },
    inMoc: (context, ascii, lon, lat) => `sky_in_moc(${lon}, ${lat}, ${context.param(ascii, 'text')})`,
  }
}
