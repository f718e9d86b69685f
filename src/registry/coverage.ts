// What of the sky, of time and of the spectrum a resource covers (VODataService 1.2 §3.2): a MOC in the record at some degree's
// precision, the whole one by its address, MJD, joules, and the words of the IVOA's messenger vocabulary.

import { atOrder, degrade, type Moc, mocAscii } from '#src/moc'
import { element, type XmlElement } from '#src/xml'

export interface CoverageFacts {
  readonly moc?: Moc
  /** Where the whole map is. */
  readonly mocUrl?: string
  readonly tMinMjd?: number
  readonly tMaxMjd?: number
  /** Wavelengths in vacuum, metres. */
  readonly emMinM?: number
  readonly emMaxM?: number
}

/** h c, joule metres (exact since 2019). */
const HC = 6.62607015e-34 * 299_792_458
/** Lower ends in metres of the vocabulary's ranges (http://www.ivoa.net/rdf/messenger), shortest waves first. */
const WAVEBANDS: readonly (readonly [word: string, fromM: number])[] = [
  ['Gamma-ray', 0],
  ['X-ray', 1e-11],
  ['EUV', 1e-8],
  ['UV', 1e-7],
  ['Optical', 3e-7],
  ['Infrared', 1e-6],
  ['Millimeter', 1e-4],
  ['Radio', 1e-2],
]
/** "At least to order 6 … smaller than a few dozens of kB" (§3.2). */
const ORDERS = [8, 7, 6, 5, 4, 3]
const LONGEST = 20_000

export function wavebands(minM: number, maxM: number): string[] {
  return WAVEBANDS.filter(
    ([, from], i) => minM < (WAVEBANDS[i + 1]?.[1] ?? Number.POSITIVE_INFINITY) && maxM >= from,
  ).map(([word]) => word)
}

const number = (value: number) => String(Number(value.toPrecision(10)))

export function coverageElement({
  moc,
  mocUrl,
  tMinMjd,
  tMaxMjd,
  emMinM,
  emMaxM,
}: CoverageFacts): XmlElement | undefined {
  const timed = tMinMjd !== undefined && tMaxMjd !== undefined
  const coloured = emMinM !== undefined && emMaxM !== undefined && emMinM > 0 && emMaxM >= emMinM
  const covered = moc !== undefined && moc.ranges.length > 0
  if (!timed && !coloured && !covered) return undefined
  return element(
    'coverage',
    {},
    covered ? element('spatial', {}, shortMoc(moc)) : undefined,
    timed ? element('temporal', {}, `${number(tMinMjd)} ${number(tMaxMjd)}`) : undefined,
    coloured ? element('spectral', {}, `${(HC / emMaxM).toPrecision(7)} ${(HC / emMinM).toPrecision(7)}`) : undefined,
    covered && mocUrl ? element('footprint', { 'ivo-id': 'ivo://ivoa.net/std/moc' }, mocUrl) : undefined,
    coloured ? wavebands(emMinM, emMaxM).map((word) => element('waveband', {}, word)) : undefined,
  )
}

/** The finest that is short enough. A map of less than the order says that order all the same. */
function shortMoc(moc: Moc): string {
  let text = ''
  for (const order of ORDERS) {
    text = mocAscii(degrade(moc.order < 6 ? atOrder(moc, 6) : moc, order))
    if (text.length <= LONGEST) break
  }
  return text
}

/** Of several together. */
export function joinedBounds(all: readonly CoverageFacts[]): Omit<CoverageFacts, 'moc' | 'mocUrl'> {
  const reach = (key: 'tMinMjd' | 'tMaxMjd' | 'emMinM' | 'emMaxM', choose: (...values: number[]) => number) => {
    const values = all.flatMap((facts) => facts[key] ?? [])
    return values.length === 0 ? undefined : values.reduce((a, b) => choose(a, b))
  }
  return {
    tMinMjd: reach('tMinMjd', Math.min),
    tMaxMjd: reach('tMaxMjd', Math.max),
    emMinM: reach('emMinM', Math.min),
    emMaxM: reach('emMaxM', Math.max),
  }
}
