// Uploaded positions: from the columns and cells of a table to regions of POS. A column of DALI's geometry is taken as it is;
// else right ascension and declination (by UCD, then by name), with a radius where there is one (in the unit it says, degrees
// without). A row without position counts for nothing.

import { circle, type Point, polygon, quoted, range, type Shape, usageError } from '#src/dali'
import type { Cell, Field } from '#src/votable'
import { SIA_UPLOAD } from './sia.ts'

export type Position = Shape | ({ readonly kind: 'point' } & Point)

const SHAPES = { circle, polygon, range } as const
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  deg: 1,
  arcmin: 1 / 60,
  arcsec: 1 / 3600,
  mas: 1 / 3.6e6,
  rad: 180 / Math.PI,
}

/** Throws DaliError; `name` is the table's, for the message. */
export function positionsOf(
  name: string,
  fields: readonly Field[],
  rows: readonly (readonly Cell[])[],
): readonly Position[] {
  if (rows.length > SIA_UPLOAD.rows)
    throw usageError(`the table ${quoted(name)} has more than ${SIA_UPLOAD.rows} rows`, 'UPLOAD')
  const read = reader(name, fields)
  return rows.flatMap((row) => read(row) ?? [])
}

function reader(name: string, fields: readonly Field[]): (row: readonly Cell[]) => Position | undefined {
  const geometry = fields.findIndex(({ xtype }) => xtype === 'point' || Object.hasOwn(SHAPES, xtype ?? ''))
  if (geometry >= 0) {
    const { xtype } = fields[geometry]
    return (row) => {
      const text = textOf(row[geometry])
      if (text === '') return undefined
      if (xtype !== 'point') return SHAPES[xtype as keyof typeof SHAPES].parse(text, `UPLOAD ${name}`)
      const [lonDeg, latDeg] = text.split(/\s+/).map(Number)
      return at(name, lonDeg, latDeg)
    }
  }
  const ra = column(fields, 'pos.eq.ra', /^_?(?:s_)?ra(?:j2000|deg|_?icrs)?$/i)
  const dec = column(fields, 'pos.eq.dec', /^_?(?:s_)?de(?:c?)(?:j2000|deg|_?icrs)?$/i)
  if (!ra || !dec)
    throw usageError(
      `the table ${quoted(name)} has no positions: columns of UCD pos.eq.ra and pos.eq.dec, or one of xtype point, circle, polygon or range`,
      'UPLOAD',
    )
  const radius = column(fields, undefined, /^(?:radius|sr|search_radius)$/i)
  return (row) => {
    const [lon, lat, size] = [ra, dec, radius].map((one) => (one ? numberOf(row[one.index]) * one.toDeg : 0))
    if (Number.isNaN(lon) || Number.isNaN(lat) || Number.isNaN(size)) return undefined
    if (size === 0) return at(name, lon, lat)
    return circle.parse(`${lon} ${lat} ${size}`, `UPLOAD ${name}`)
  }

  function column(all: readonly Field[], ucd: string | undefined, names: RegExp) {
    const by = (test: (field: Field) => boolean) => all.findIndex(test)
    const found = [
      ucd ? by((field) => field.ucd?.toLowerCase() === `${ucd};meta.main`) : -1,
      ucd ? by((field) => field.ucd?.toLowerCase() === ucd) : -1,
      by((field) => names.test(field.name)),
    ].find((index) => index >= 0)
    if (found === undefined) return undefined
    const { unit = '', name: own } = all[found]
    if (!Object.hasOwn(UNITS, unit))
      throw usageError(`the column ${quoted(own)} is in ${quoted(unit)}, which is no unit of angles here`, 'UPLOAD')
    return { index: found, toDeg: UNITS[unit] }
  }
}

function at(name: string, lonDeg: number, latDeg: number): Position {
  if (!Number.isFinite(lonDeg) || !(Math.abs(latDeg) <= 90))
    throw usageError(`UPLOAD ${name} needs positions in degrees, got ${lonDeg} ${latDeg}`, 'UPLOAD')
  return { kind: 'point', lonDeg: ((lonDeg % 360) + 360) % 360, latDeg }
}

const textOf = (cell: Cell): string => (Array.isArray(cell) ? cell.join(' ') : cell === null ? '' : String(cell).trim())
const numberOf = (cell: Cell): number => (cell === null || cell === '' ? Number.NaN : Number(cell))
