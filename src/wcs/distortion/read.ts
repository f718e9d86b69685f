// Distortion keywords to distortions: which of them count is told where the conventions leave it open.

import { WcsError } from '../errors.ts'
import type { Keywords } from '../keywords.ts'
import type { Distortion } from './distortion.ts'
import { type Polynomial, polynomial } from './polynomial.ts'
import { sip } from './sip.ts'
import { MAX_TERM, tpv, tpvAxis } from './tpv.ts'

const MAX_SIP_ORDER = 9

/** Terms X_i_j with i + j up to X_ORDER; undefined where the order is absent or below 2 (as astropy reads it). */
function sipPolynomial(keys: Keywords, name: 'A' | 'B' | 'AP' | 'BP', least: number): Polynomial | undefined {
  const order = keys.number(`${name}_ORDER`)
  if (order === undefined || order < least) return undefined
  if (!Number.isInteger(order) || order > MAX_SIP_ORDER)
    throw new WcsError('invalid', `${name}_ORDER must be an integer up to ${MAX_SIP_ORDER}, got ${order}`)
  return polynomial(order, (i, j) => keys.number(`${name}_${i}_${j}`) ?? 0)
}

/** SIP counts wherever its keywords stand, with or without '-SIP' in CTYPE; '-SIP' without keywords means nothing. */
export function readSip(keys: Keywords, lon: number, lat: number): Distortion | undefined {
  const a = sipPolynomial(keys, 'A', 2)
  const b = sipPolynomial(keys, 'B', 2)
  if (!a && !b) return undefined
  if (!keys.has('A_ORDER') || !keys.has('B_ORDER'))
    throw new WcsError('invalid', 'SIP needs A_ORDER and B_ORDER, got only one of them')
  if (lon + lat !== 3)
    throw new WcsError('unsupported', `SIP acts on axes 1 and 2, the celestial ones are ${lon} and ${lat}`)
  const none = polynomial(0, () => 0)
  const ap = sipPolynomial(keys, 'AP', 0)
  const bp = sipPolynomial(keys, 'BP', 0)
  return sip({ a: a ?? none, b: b ?? none, ap, bp })
}

function anyPv(keys: Keywords, axis: number, from: number, to: number): boolean {
  for (let m = from; m <= to; m++) if (keys.number(`PV${axis}_${m}`)) return true
  return false
}

/** Parameters that the standard does not give to TAN. */
export function hasTpvTerms(keys: Keywords, lon: number, lat: number): boolean {
  return anyPv(keys, lon, 5, MAX_TERM) || anyPv(keys, lat, 0, MAX_TERM)
}

/**
 * TPV by its CTYPE; also TAN with PVi_m beyond m = 4, which only the draft that TPV comes from gives a meaning (SCAMP).
 * A TAN whose latitude axis has parameters up to 4 could be either: that is refused. With SIP, such PVi_m are SCAMP's
 * second description of the same distortion, and left out.
 */
export function readTpv(
  keys: Keywords,
  lon: number,
  lat: number,
  code: string,
  hasSip: boolean,
  cdelt: readonly [number, number],
): Distortion | undefined {
  if (code !== 'TPV' && code !== 'TAN') return undefined
  if (code === 'TAN') {
    if (hasSip) return undefined
    if (!anyPv(keys, lon, 5, MAX_TERM) && !anyPv(keys, lat, 5, MAX_TERM)) {
      if (anyPv(keys, lat, 0, 4))
        throw new WcsError(
          'unsupported',
          `PV${lat}_m on a TAN axis means nothing in the standard and a distortion to SCAMP: CTYPE must say TPV`,
        )
      return undefined
    }
  }
  for (const axis of [lon, lat]) {
    if (anyPv(keys, axis, MAX_TERM + 1, 99))
      throw new WcsError('invalid', `TPV has terms up to ${MAX_TERM}, axis ${axis} has more`)
  }
  const pv = (axis: number) => (m: number) => keys.number(`PV${axis}_${m}`)
  return tpv(tpvAxis(pv(lon), false), tpvAxis(pv(lat), true), cdelt)
}
