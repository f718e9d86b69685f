// From numbers to header cards. Here, as in the header, pixels count from 1 and angles are in degrees.

import { type Polynomial, polynomial } from './distortion/polynomial.ts'
import { WcsError } from './errors.ts'
import { fitSipInverse } from './fit.ts'

export interface WcsCard {
  readonly keyword: string
  readonly value: string | number
  readonly comment: string
}

/** Terms of a SIP polynomial by their powers: {'2_0': 1e-6, '1_1': ...}. */
export type SipTerms = Readonly<Record<string, number>>

export interface WcsSpec {
  /** Default ['RA---TAN', 'DEC--TAN'], with '-SIP' where there is `sip`. */
  readonly ctype?: readonly [string, string]
  /** Degrees. */
  readonly crval: readonly [number, number]
  /** FITS pixel numbers: the centre of the first pixel is (1, 1). */
  readonly crpix: readonly [number, number]
  /** Degrees per pixel: [CD1_1, CD1_2, CD2_1, CD2_2]. */
  readonly cd: readonly [number, number, number, number]
  /** Default 'ICRS'; undefined and left out for galactic axes. */
  readonly radesys?: 'ICRS' | 'FK5' | 'FK4'
  readonly equinox?: number
  readonly lonpole?: number
  readonly latpole?: number
  /** Parameters by keyword: {'PV2_1': 4}. */
  readonly pv?: Readonly<Record<string, number>>
  readonly sip?: {
    /** 2 to 9. */
    readonly order: number
    readonly a: SipTerms
    readonly b: SipTerms
    /** Size of the image: with it AP and BP are fitted and written, for readers that invert by them. */
    readonly size?: readonly [number, number]
    /** Order of AP and BP. Default `order`. */
    readonly inverseOrder?: number
  }
}

function terms(order: number, list: SipTerms): Polynomial {
  for (const [name, value] of Object.entries(list)) {
    const match = /^(\d)_(\d)$/.exec(name)
    if (!match || Number(match[1]) + Number(match[2]) > order || !Number.isFinite(value))
      throw new WcsError(
        'invalid',
        `a SIP term is named by powers up to ${order} in all and finite, got ${name}: ${value}`,
      )
  }
  return polynomial(order, (i, j) => list[`${i}_${j}`] ?? 0)
}

function sipCards(name: 'A' | 'B' | 'AP' | 'BP', order: number, list: SipTerms | Polynomial): WcsCard[] {
  const { degree, coefficients } = 'coefficients' in list ? (list as Polynomial) : terms(order, list)
  const axis = name.startsWith('A') ? 1 : 2
  const what = name.length === 1 ? `distortion of axis ${axis}` : `inverse distortion of axis ${axis}`
  const cards: WcsCard[] = [{ keyword: `${name}_ORDER`, value: degree, comment: `SIP: degree, ${what}` }]
  let k = 0
  for (let i = 0; i <= degree; i++) {
    for (let j = 0; j <= degree - i; j++) {
      const value = coefficients[k++]
      if (value !== 0) cards.push({ keyword: `${name}_${i}_${j}`, value, comment: `SIP: ${what}` })
    }
  }
  return cards
}

export function writeWcs(spec: WcsSpec): WcsCard[] {
  const { crval, crpix, cd, sip, pv = {}, equinox, lonpole, latpole } = spec
  const suffix = sip ? '-SIP' : ''
  const ctype = spec.ctype ?? [`RA---TAN${suffix}`, `DEC--TAN${suffix}`]
  const equatorial = ctype.some((type) => type.startsWith('RA'))
  const radesys = spec.radesys ?? (equatorial ? 'ICRS' : undefined)
  if (![...crval, ...crpix, ...cd].every(Number.isFinite))
    throw new WcsError('invalid', `CRVAL, CRPIX and CD must be finite, got ${[...crval, ...crpix, ...cd].join(' ')}`)

  const cards: WcsCard[] = [{ keyword: 'WCSAXES', value: 2, comment: 'Number of coordinate axes' }]
  for (const i of [0, 1]) {
    cards.push(
      { keyword: `CTYPE${i + 1}`, value: ctype[i], comment: 'Coordinate and projection' },
      { keyword: `CUNIT${i + 1}`, value: 'deg', comment: 'Unit of CRVAL and CD' },
      { keyword: `CRVAL${i + 1}`, value: crval[i], comment: '[deg] Coordinate of the reference point' },
      { keyword: `CRPIX${i + 1}`, value: crpix[i], comment: 'Pixel of the reference point' },
    )
  }
  cd.forEach((value, k) => {
    cards.push({ keyword: `CD${1 + (k >> 1)}_${1 + (k & 1)}`, value, comment: '[deg/pixel] Transformation matrix' })
  })
  for (const [keyword, value] of Object.entries(pv)) {
    if (!/^PV[12]_\d{1,2}$/.test(keyword))
      throw new WcsError('invalid', `a parameter is named PVi_m, got ${keyword.slice(0, 20)}`)
    cards.push({ keyword, value, comment: 'Projection parameter' })
  }
  if (lonpole !== undefined)
    cards.push({ keyword: 'LONPOLE', value: lonpole, comment: '[deg] Native longitude of the pole' })
  if (latpole !== undefined)
    cards.push({ keyword: 'LATPOLE', value: latpole, comment: '[deg] Native latitude of the pole' })
  if (radesys) cards.push({ keyword: 'RADESYS', value: radesys, comment: 'Celestial reference frame' })
  if (equinox !== undefined)
    cards.push({ keyword: 'EQUINOX', value: equinox, comment: '[yr] Equinox of the coordinates' })
  if (sip) cards.push(...writeSip(sip, crpix))
  return cards
}

function writeSip(sip: NonNullable<WcsSpec['sip']>, crpix: readonly [number, number]): WcsCard[] {
  const { order, a, b, size, inverseOrder = order } = sip
  for (const value of [order, inverseOrder]) {
    if (!(Number.isInteger(value) && value >= 2 && value <= 9))
      throw new WcsError('invalid', `a SIP order is 2 to 9, got ${value}`)
  }
  const cards = [...sipCards('A', order, a), ...sipCards('B', order, b)]
  if (size) {
    const image = { x0: crpix[0] - 1, y0: crpix[1] - 1, width: size[0], height: size[1] }
    const { ap, bp } = fitSipInverse({ a: terms(order, a), b: terms(order, b) }, image, inverseOrder)
    cards.push(...sipCards('AP', inverseOrder, ap), ...sipCards('BP', inverseOrder, bp))
  }
  return cards
}
