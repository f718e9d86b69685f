// What a cut out of an image does to the cards that speak of its pixels: CRPIX of every description, the IRAF and afw
// offsets to the parent image, the corner of a DSS plate, and the sections of mosaic detectors.

import { type Keywords, keywords } from './keywords.ts'
import type { KeywordLookup } from './wcs.ts'

export interface ShiftedCard {
  readonly keyword: string
  /** undefined: the card has no meaning in the cut, and is to lose its value. */
  readonly value: number | string | undefined
}

export interface ShiftOptions {
  /** Size of the cut, pixels. With it the sections (DATASEC, CCDSEC, ...) are cut too; without, left out of the list. */
  readonly width?: number
  readonly height?: number
}

const ALTERNATES = ['', ...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']

/** Cards to set in the header of a cut that starts at the 0-based pixel (dx, dy) of the image. */
export function shiftCards(lookup: KeywordLookup, dx: number, dy: number, options: ShiftOptions = {}): ShiftedCard[] {
  const shift = [dx, dy]
  const cards: ShiftedCard[] = []
  for (const alternate of ALTERNATES) {
    const keys = keywords(lookup, alternate)
    if (!describesPixels(keys)) continue
    const offsets = isParentOffset(keys)
    for (const axis of [1, 2]) {
      const d = shift[axis - 1]
      // afw takes the parent's pixel of the corner from CRVAL, and expects CRPIX to stay 1.
      if (offsets) cards.push({ keyword: `CRVAL${axis}${alternate}`, value: (keys.number(`CRVAL${axis}`) ?? 0) + d })
      else cards.push({ keyword: `CRPIX${axis}${alternate}`, value: (keys.number(`CRPIX${axis}`) ?? 0) - d })
    }
  }
  const keys = keywords(lookup, '')
  for (const axis of [1, 2]) {
    const d = shift[axis - 1]
    if (d !== 0 || keys.has(`LTV${axis}`))
      cards.push({ keyword: `LTV${axis}`, value: (keys.number(`LTV${axis}`) ?? 0) - d })
    if (keys.has(`CNPIX${axis}`)) cards.push({ keyword: `CNPIX${axis}`, value: (keys.number(`CNPIX${axis}`) ?? 0) + d })
  }
  if (options.width !== undefined && options.height !== undefined)
    cards.push(...cutSections(keys, shift, [options.width, options.height]))
  return cards
}

function describesPixels(keys: Keywords): boolean {
  return [1, 2].some(
    (axis) =>
      ['CTYPE', 'CRPIX', 'CRVAL', 'CDELT'].some((name) => keys.has(`${name}${axis}`)) || keys.has(`CD${axis}_${axis}`),
  )
}

/** A LINEAR description of unit scale that counts the pixels of the parent image from its first pixel. */
function isParentOffset(keys: Keywords): boolean {
  if (keys.alternate === '') return false
  return [1, 2].every((axis) => {
    const scale =
      keys.number(`CD${axis}_${axis}`) ?? (keys.number(`PC${axis}_${axis}`) ?? 1) * (keys.number(`CDELT${axis}`) ?? 1)
    const across = [`CD${axis}_${3 - axis}`, `PC${axis}_${3 - axis}`].some((name) => keys.number(name))
    const linear = keys.string(`CTYPE${axis}`)?.startsWith('LINEAR') ?? false
    return linear && scale === 1 && !across && keys.number(`CRPIX${axis}`) === 1
  })
}

/** First and last pixel along both axes, FITS numbers; first > last where the axis is flipped. */
type Section = readonly (readonly [number, number])[]

/** Sections in pixels of the image itself, and sections of the detector that DATASEC's pixels came from. */
const IMAGE_SECTIONS = ['DATASEC', 'TRIMSEC', 'BIASSEC']
const DETECTOR_SECTIONS = ['CCDSEC', 'DETSEC', 'AMPSEC']

function readSection(keys: Keywords, name: string): Section | undefined {
  const match = /^\[\s*(\d{1,7})\s*:\s*(\d{1,7})\s*,\s*(\d{1,7})\s*:\s*(\d{1,7})\s*\]$/.exec(keys.string(name) ?? '')
  if (!match) return undefined
  const [x1, x2, y1, y2] = match.slice(1).map(Number)
  return [
    [x1, x2],
    [y1, y2],
  ]
}

function writeSection(section: Section): string {
  return `[${section.map(([first, last]) => `${first}:${last}`).join(',')}]`
}

/** The part of an image section that is in the cut, in pixels of the image; undefined where nothing is left. */
function clip(section: Section, shift: readonly number[], size: readonly number[]): Section | undefined {
  const clipped = section.map(
    ([first, last], axis) => [Math.max(first, shift[axis] + 1), Math.min(last, shift[axis] + size[axis])] as const,
  )
  return clipped.every(([first, last]) => first <= last) ? clipped : undefined
}

function cutSections(keys: Keywords, shift: readonly number[], size: readonly number[]): ShiftedCard[] {
  const cards: ShiftedCard[] = []
  for (const keyword of IMAGE_SECTIONS) {
    const section = readSection(keys, keyword)
    if (!section) continue
    const kept = clip(section, shift, size)
    const moved = kept?.map(([first, last], axis) => [first - shift[axis], last - shift[axis]] as const)
    cards.push({ keyword, value: moved && writeSection(moved) })
  }
  const whole = [1, 2].map((axis) => [1, keys.number(`ZNAXIS${axis}`) ?? keys.number(`NAXIS${axis}`) ?? 0] as const)
  const data = readSection(keys, 'DATASEC') ?? whole
  const kept = clip(data, shift, size)
  for (const keyword of DETECTOR_SECTIONS) {
    const section = readSection(keys, keyword)
    if (!section) continue
    const mapped = kept && section.map((detector, axis) => mapAxis(detector, data[axis], kept[axis]))
    cards.push({ keyword, value: mapped?.every((range) => range !== undefined) ? writeSection(mapped) : undefined })
  }
  return cards
}

/** Where the kept pixels of DATASEC lie on the detector, which may be binned or read backwards. */
function mapAxis(
  [first, last]: readonly [number, number],
  [dataFirst, dataLast]: readonly [number, number],
  [keptFirst, keptLast]: readonly [number, number],
): readonly [number, number] | undefined {
  const binning = (Math.abs(last - first) + 1) / (Math.abs(dataLast - dataFirst) + 1)
  if (!(Number.isInteger(binning) && binning > 0 && dataFirst <= dataLast)) return undefined
  const step = last >= first ? binning : -binning
  const start = first + (keptFirst - dataFirst) * step
  const end = first + (keptLast - dataFirst + 1) * step - Math.sign(step)
  return [start, end]
}
