// Filters by the names headers give them -> a short band name and the wavelengths it passes (metres in vacuum, where
// transmission is about half of its peak; published by each observatory, rounded). Unknown filters keep their name.

import type { HeaderStack } from './header-stack.ts'

export interface Band {
  readonly band?: string
  readonly emMinM?: number
  readonly emMaxM?: number
}

type Passband = readonly [minNm: number, maxNm: number]

/** u g r i z y as LSST, SDSS, DECam, HSC and Pan-STARRS agree within a few per cent; then Johnson-Cousins and 2MASS. */
const LETTERS: Readonly<Record<string, Passband>> = {
  u: [330, 400],
  g: [402, 552],
  r: [552, 691],
  i: [691, 818],
  z: [818, 922],
  y: [970, 1060],
  Y: [970, 1070],
  U: [332, 398],
  B: [391, 489],
  V: [505, 595],
  R: [570, 720],
  I: [725, 880],
  J: [1154, 1316],
  H: [1537, 1788],
  K: [2028, 2290],
  Ks: [2028, 2290],
  FUV: [134, 179],
  NUV: [177, 283],
}

/** Schott glasses with the emulsion of the DSS plates. */
const GLASSES: Readonly<Record<string, Passband>> = {
  GG385: [385, 540],
  GG395: [395, 540],
  OG590: [590, 690],
  RG610: [610, 690],
  RG630: [630, 690],
  RG715: [715, 900],
  RG9: [715, 900],
}

const NIRCAM: Readonly<Record<string, Passband>> = {
  F070W: [624, 781],
  F090W: [795, 1005],
  F115W: [1013, 1282],
  F150W: [1331, 1668],
  F200W: [1755, 2227],
  F277W: [2423, 3132],
  F335M: [3177, 3537],
  F356W: [3135, 3981],
  F410M: [3866, 4302],
  F444W: [3881, 4982],
}

const WISE: readonly Passband[] = [
  [2754, 3872],
  [3963, 5341],
  [7443, 17261],
  [19520, 27911],
]
const IRAC: readonly Passband[] = [
  [3130, 3960],
  [3920, 5060],
  [4900, 6510],
  [6200, 9590],
]
/** MSX SPIRIT III by effective wavelength, micrometres. */
const MSX: readonly (readonly [number, string, Passband])[] = [
  [8.28, 'A', [6800, 10800]],
  [12.13, 'C', [11100, 13200]],
  [14.65, 'D', [13500, 15900]],
  [21.34, 'E', [18200, 25100]],
]
const NOTHING = /^(_unknown_|unknown|none|clear\w*|open|n\/a|null|-+)$/i
const FILTERS = ['FILTER', 'FILTER1', 'FILTER2', 'FILTER01', 'FILTER02', 'FILTNAM', 'FILTNAME', 'FILTERID', 'BAND']

const named = (band: string, [minNm, maxNm]: Passband): Band => ({ band, emMinM: nm(minNm), emMaxM: nm(maxNm) })
/** Decimal, so that 552 nm is 5.52e-7 and not 5.5200000000000005e-7. */
const nm = (value: number) => scaled(Number(value.toPrecision(12)), -9)
const scaled = (value: number, power: number) =>
  /e/.test(`${value}`) ? value * 10 ** power : Number(`${value}e${power}`)

export function bandOf(header: HeaderStack): Band {
  return special(header) ?? filterOf(header) ?? wavelengthOf(header) ?? {}
}

/** A filter by its name alone; undefined where the name says that there was none. */
export function bandNamed(name: string, facility = ''): Band | undefined {
  const text = name.trim()
  if (text === '' || NOTHING.test(text)) return undefined
  // DECam: name, serial number, centre and width in Angstrom.
  const decam = /^(\S+) DECam .*?(\d{4,5}(?:\.\d*)?) (\d{2,4}(?:\.\d*)?)$/.exec(text)
  if (decam) {
    const [centre, width] = [Number(decam[2]) / 10, Number(decam[3]) / 10]
    return named(decam[1], [centre - width / 2, centre + width / 2])
  }
  const key = text.toUpperCase()
  if (GLASSES[key]) return named(key, GLASSES[key])
  if (/^F\d{3,4}(W2?|M|N|LP|X)$/.test(key)) return spaceFilter(key, facility)
  const letter = /^(?:(hsc|sdss|ps1|decam|lsst|wide|2mass)[-_ ]?)?([a-zA-Z]|ks|nuv|fuv)['2p]?(?:[ ._-].*)?$/i.exec(text)
  if (!letter) return { band: text.slice(0, 32) }
  // HSC-R is r: with the name of a survey before it the case means nothing.
  const survey = letter[1] && !/2mass/i.test(letter[1])
  const found = [survey ? letter[2].toLowerCase() : letter[2], letter[2].toUpperCase(), 'Ks']
    .slice(0, letter[2].length > 1 ? 3 : 1)
    .find((candidate) => LETTERS[candidate])
  return found ? named(found, LETTERS[found]) : { band: text.slice(0, 32) }
}

/** JWST counts in units of 10 nm, Hubble in nm, but for its infrared filters (F105W to F167N) in 10 nm. */
function spaceFilter(key: string, facility: string): Band {
  if (NIRCAM[key] && !/HST|Hubble/i.test(facility)) return named(key, NIRCAM[key])
  const digits = Number(/\d+/.exec(key)![0])
  const hubble = /HST|Hubble/i.test(facility)
  const centre = hubble && digits >= 200 ? digits : digits * 10
  const half = centre * (key.includes('W') ? 0.12 : key.includes('M') ? 0.05 : 0.01)
  return key.endsWith('P') || key.endsWith('X') ? { band: key } : named(key, [centre - half, centre + half])
}

/** Instruments that number their bands, or say them in a keyword of their own. */
function special(header: HeaderStack): Band | undefined {
  const facility = header.text('TELESCOP') ?? ''
  const instrument = header.text('INSTRUME') ?? ''
  if (/^WISE$/i.test(facility)) {
    const number = header.number('BAND') ?? 0
    return WISE[number - 1] && named(`W${number}`, WISE[number - 1])
  }
  if (/^IRAC$/i.test(instrument)) {
    const number = header.number('CHNLNUM') ?? 0
    return IRAC[number - 1] && named(`I${number}`, IRAC[number - 1])
  }
  if (/^SPIRIT ?III$/i.test(instrument)) {
    const um = (header.number('WAVELENG') ?? 0) * 1e6
    const found = MSX.find(([centre]) => Math.abs(um - centre) < 0.1)
    return found && named(found[1], found[2])
  }
  // Bolocam Galactic Plane Survey: 271 GHz, 46 GHz wide.
  if (header.text('BGPSVERS') !== undefined) return named('1.1mm', [1.02e6, 1.21e6])
  return undefined
}

function filterOf(header: HeaderStack): Band | undefined {
  const facility = header.text('TELESCOP')
  for (const keyword of FILTERS) {
    const text = header.text(keyword)
    const band = text === undefined || /^\d+$/.test(text) ? undefined : bandNamed(text, facility)
    if (band) return band
  }
  return undefined
}

/** Powers of ten of a metre. */
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/\bmm\b|millimet/i, -3],
  [/\bum\b|micron|micromet/i, -6],
  [/\bnm\b|nanomet/i, -9],
  [/angstrom/i, -10],
]

/** A wavelength without a filter: a band of no width, if its unit is said. */
function wavelengthOf(header: HeaderStack): Band | undefined {
  for (const keyword of ['WAVELENG', 'WAVELEN', 'WAVELNTH']) {
    const value = header.number(keyword)
    if (value === undefined || value <= 0) continue
    const unit = UNITS.find(([pattern]) => pattern.test(header.comment(keyword)))
    // Bare metres: no telescope works at a centimetre and calls it WAVELENG.
    const metres = unit ? scaled(value, unit[1]) : value < 0.01 ? value : undefined
    if (metres !== undefined) return { emMinM: metres, emMaxM: metres }
  }
  return undefined
}
