// Every function that queries need and SQLite lacks, or has with another meaning than PostgreSQL. All are registered by the
// query process; what PostgreSQL needs instead is in postgres-functions.ts. NULL in gives NULL out; so does what has no
// answer (SQRT(-1), a text that is no number), because the order in which a store looks at rows is its own affair.
// SQL integers come and go as bigint where they are results: a JavaScript number becomes a REAL.

import type { DatabaseSync } from 'node:sqlite'
import { centre, hash } from '#src/healpix'
import { degToRad, radToDeg } from '#src/sky'
import {
  area,
  asKind,
  boxText,
  type Cell,
  centroid,
  circleText,
  contains,
  coordinate,
  distance,
  inMoc,
  intersects,
  numberText,
  pointIn,
  pointText,
  polygonText,
  propagate,
  transform,
} from './sqlite-geometry.ts'
import { dmsDegrees, hashlistHas, hasWord, hmsDegrees, like, mjd, timestamp } from './sqlite-text.ts'

type Fn = (...args: never[]) => Cell

/** SQLite asks a function how many arguments it has: as many as the one that it stands for. */
const inPlaceOf = (f: (...args: never[]) => unknown, made: (...args: Cell[]) => Cell): Fn =>
  Object.defineProperty(made, 'length', { value: f.length })
/** Of numbers: NULL where one is NULL or the answer is no finite number. */
const numeric = (f: (...x: number[]) => number): Fn =>
  inPlaceOf(f, (...args) => {
    for (const value of args) if (value === null) return null
    const result = f(...(args as number[]))
    return Number.isFinite(result) ? result : null
  })
/** Of texts: NULL where one is. */
const textual = (f: (...text: string[]) => Cell): Fn =>
  inPlaceOf(f, (...args) => (args.some((value) => value === null) ? null : f(...args.map(String))))
const truth = (f: (a: string, b: string) => boolean): Fn => textual((a, b) => (f(a, b) ? 1n : 0n))

/** Half away from zero. */
const half = (x: number) => {
  const whole = Math.trunc(x)
  return Math.abs(x - whole) >= 0.5 ? whole + Math.sign(x) : whole
}
/** `places` behind the point, before it where negative; products and quotients as in postgres-functions.ts. */
const decimals = (to: (x: number) => number) =>
  numeric((x, places = 0) => {
    if (places > 22) return x
    let scale = 1
    for (let i = Math.min(400, Math.abs(places)); i > 0; i--) scale *= 10
    if (!Number.isFinite(scale)) return 0
    const scaled = places < 0 ? x / scale : x * scale
    if (!Number.isFinite(scaled)) return x
    return places < 0 ? to(scaled) * scale : to(scaled) / scale
  })

const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i
function toInteger(value: Cell, bits: Cell): bigint | null {
  if (value === null) return null
  const x = Math.trunc(typeof value === 'string' ? (NUMBER.test(value) ? Number(value) : Number.NaN) : Number(value))
  const limit = 2 ** (Number(bits) - 1)
  return x >= -limit && x < limit ? BigInt(x) : null
}

const likeInAnyCase = truth((text, pattern) => like(text.toLowerCase(), pattern.toLowerCase()))

/** What arguments are taken: as many as the function names, or any number. */
const FIXED: Readonly<Record<string, Fn>> = {
  sky_exp: numeric(Math.exp),
  sky_power: numeric((x, y) => x ** y),
  sky_mod: numeric((x, y) => x % y),
  sky_cot: numeric((x) => 1 / Math.tan(x)),
  sky_lower: textual((text) => text.toLowerCase()),
  sky_upper: textual((text) => text.toUpperCase()),
  sky_like: truth(like),
  sky_ilike: likeInAnyCase,
  sky_to_integer: toInteger,
  sky_to_double: (value: Cell) =>
    value !== null && NUMBER.test(String(value)) && Number.isFinite(Number(value)) ? Number(value) : null,
  sky_to_float: numeric((x) => Math.fround(x)),
  sky_text: (value: Cell, single: Cell) =>
    value === null ? null : numberText(single ? singleDigits(Number(value)) : Number(value)),
  sky_timestamp: textual(timestamp),

  sky_distance: distance,
  sky_point_in: pointIn,
  sky_contains: contains,
  sky_intersects: intersects,
  sky_in_moc: inMoc,
  sky_point: pointText,
  sky_circle: circleText,
  sky_box: boxText,
  sky_area: area,
  sky_centroid: centroid,
  sky_coord1: (value: Cell) => coordinate(value, 0),
  sky_coord2: (value: Cell) => coordinate(value, 1),
  sky_as_point: (value: Cell) => asKind(value, 'point'),
  sky_as_circle: (value: Cell) => asKind(value, 'circle'),
  sky_as_polygon: (value: Cell) => asKind(value, 'polygon'),

  ivo_healpix_index: (order: Cell, lon: Cell, lat: Cell) => {
    if (order === null || lon === null || lat === null || !inOrder(order) || !(Math.abs(Number(lat)) <= 90)) return null
    return BigInt(hash(Number(order), degToRad(Number(lon)), degToRad(Number(lat))))
  },
  ivo_healpix_center: (order: Cell, cell: Cell) => {
    if (order === null || cell === null || !inOrder(order)) return null
    const npix = Number(cell)
    if (!(Number.isInteger(npix) && npix >= 0 && npix < 12 * 4 ** Number(order))) return null
    const [lon, lat] = centre(Number(order), npix)
    return pointText(radToDeg(lon), radToDeg(lat))
  },
  ivo_geom_transform: transform,
  ivo_to_mjd: textual(mjd),
  ivo_to_jd: textual((text) => {
    const day = mjd(text)
    return day === null ? null : day + 2_400_000.5
  }),
  ivo_nocasematch: likeInAnyCase,
  ivo_hasword: truth(hasWord),
  ivo_hashlist_has: truth(hashlistHas),
  ivo_interval_overlaps: (a1: Cell, b1: Cell, a2: Cell, b2: Cell) =>
    a1 === null || b1 === null || a2 === null || b2 === null
      ? null
      : a1 <= b1 && a2 <= b2 && a1 <= b2 && a2 <= b1
        ? 1n
        : 0n,
  ivo_hms_to_degrees: textual(hmsDegrees),
  ivo_dms_to_degrees: textual(dmsDegrees),
}
const VARYING: Readonly<Record<string, Fn>> = {
  sky_round: decimals(half),
  sky_truncate: decimals(Math.trunc),
  sky_polygon: polygonText,
  ivo_epoch_prop_pos: propagate,
}
const RANDOM: Readonly<Record<string, Fn>> = {
  sky_rand: () => Math.random(),
  ivo_normal_random: numeric(
    (mu, sigma) => mu + sigma * Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()),
  ),
}

const inOrder = (order: Cell) => Number.isInteger(Number(order)) && Number(order) >= 0 && Number(order) <= 24

/** The number that the shortest digits of a single-precision value say. */
function singleDigits(x: number): number {
  const single = Math.fround(x)
  for (let digits = 1; digits < 10; digits++) {
    const short = Number(single.toPrecision(digits))
    if (Math.fround(short) === single) return short
  }
  return single
}

const MOST_BINS = 10_000

/** For every connection that runs queries, before the first. */
export function registerFunctions(db: DatabaseSync): void {
  const add = (functions: Readonly<Record<string, Fn>>, options: { deterministic?: boolean; varargs?: boolean }) => {
    for (const [name, fn] of Object.entries(functions)) db.function(name, options, fn as never)
  }
  add(FIXED, { deterministic: true })
  add(VARYING, { deterministic: true, varargs: true })
  add(RANDOM, { varargs: true })
  db.aggregate('sky_string_set', {
    deterministic: true,
    start: () => ({ parts: new Set<string>(), delimiter: ',' }),
    step: (state: { parts: Set<string>; delimiter: string }, value: Cell, delimiter: Cell) => {
      if (value !== null) state.parts.add(String(value))
      state.delimiter = String(delimiter ?? '')
      return state
    },
    result: ({ parts, delimiter }: { parts: Set<string>; delimiter: string }) =>
      parts.size === 0 ? null : [...parts].sort(byBytes).join(delimiter),
  } as never)
  db.aggregate('ivo_histogram', {
    deterministic: true,
    start: () => ({ counts: undefined as Float64Array | undefined }),
    step: (state: { counts?: Float64Array }, value: Cell, lower: Cell, upper: Cell, bins: Cell) => {
      const [low, high, n] = [lower, upper, bins].map(Number)
      if (!(low < high && Number.isInteger(n) && n >= 1 && n <= MOST_BINS)) return state
      state.counts ??= new Float64Array(n + 2)
      const x = value === null ? Number.NEGATIVE_INFINITY : Number(value)
      const bin = x < low ? 0 : x > high ? n + 1 : Math.min(n, 1 + Math.floor(((x - low) * n) / (high - low)))
      state.counts[Math.min(bin, state.counts.length - 1)]++
      return state
    },
    result: ({ counts }: { counts?: Float64Array }) => (counts ? [...counts].join(' ') : null),
  } as never)
}

const utf8 = new TextEncoder()
function byBytes(a: string, b: string): number {
  const [x, y] = [utf8.encode(a), utf8.encode(b)]
  for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i] - y[i]
  return x.length - y.length
}
