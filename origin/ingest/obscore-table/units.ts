// Units of the columns of an ObsCore table: those the standard gives them, or others that are a factor away. A unit that
// is neither refuses the table: a number of unknown meaning is worse than none.

import { bad, type SourceColumn } from './source.ts'

const DEG = { deg: 1, degree: 1, degrees: 1, arcmin: 1 / 60, arcsec: 1 / 3600, mas: 1 / 3.6e6, rad: 180 / Math.PI }
const ARCSEC = { arcsec: 1, deg: 3600, arcmin: 60, mas: 1e-3 }
const METRE = { m: 1, um: 1e-6, nm: 1e-9, mm: 1e-3, cm: 1e-2, angstrom: 1e-10 }
const SECOND = { s: 1, sec: 1, ms: 1e-3, min: 60, h: 3600, d: 86_400 }
const DAY = { d: 1, day: 1, mjd: 1 }
const KBYTE = { kbyte: 1, kb: 1, byte: 1e-3, b: 1e-3, mbyte: 1e3, mb: 1e3, gbyte: 1e6, gb: 1e6, kib: 1.024 }

const UNITS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  s_ra: DEG,
  s_dec: DEG,
  s_fov: DEG,
  s_region: { deg: 1 },
  s_resolution: ARCSEC,
  s_pixel_scale: ARCSEC,
  em_min: METRE,
  em_max: METRE,
  t_min: DAY,
  t_max: DAY,
  t_exptime: SECOND,
  t_resolution: SECOND,
  access_estsize: KBYTE,
}

/** By column: what its numbers are to be multiplied by, where that is not 1. */
export function scalesOf(columns: readonly SourceColumn[]): Map<string, number> {
  const scales = new Map<string, number>()
  for (const { name, unit } of columns) {
    const known = UNITS[name]
    const given = unit?.trim().toLowerCase() ?? ''
    if (!known || given === '') continue
    const scale = Object.hasOwn(known, given) ? known[given] : undefined
    if (scale === undefined)
      throw bad(
        `the column ${name} is in ${JSON.stringify(unit!.slice(0, 40))}, expected ${Object.keys(known).join(', ')}`,
      )
    if (scale !== 1) scales.set(name, scale)
  }
  return scales
}
