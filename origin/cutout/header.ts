// The header of a plane that was cut: every card of the image is kept as it was, but those that describe its size and
// place, its checksums, and what says where it came from.

import type { Hdu, PixelWindow } from '#src/fits'
import { type Card, FitsHeader, imageHeader } from '#src/fits'
import { shiftCards } from '#src/wcs'

/** They are written anew, or are no longer true of the cut pixels. */
const STRUCTURAL =
  /^(?:SIMPLE|XTENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|EXTEND|GROUPS|BLOCKED|CHECKSUM|DATASUM|DATAMIN|DATAMAX|EXTNAME|EXTVER)$/

export interface HeaderPlace {
  /** First HDU of the file. */
  readonly primary: boolean
  readonly name?: string
  readonly version?: number
  /** More HDUs follow. */
  readonly extended?: boolean
}

export interface Provenance {
  readonly publisherDid: string
  /** The region as the canonical query says it; absent for the whole product. */
  readonly region?: string
}

export function cutHeader(hdu: Hdu, window: PixelWindow, place: HeaderPlace, provenance: Provenance): FitsHeader {
  const header = imageHeader(hdu)
  const { bitpix, axes } = hdu.image!
  const cut = [window.x1 - window.x0, window.y1 - window.y0, ...axes.slice(2)].slice(0, Math.max(2, axes.length))
  const size = { width: cut[0], height: cut[1] }
  for (const { keyword, value } of shiftCards((name) => header.get(name), window.x0, window.y0, size)) {
    // A section that cannot be said of the cut (it was mirrored or binned) is better gone than empty.
    if (value === undefined) header.remove(keyword)
    else header.set(keyword, value)
  }
  header.removeWhere((keyword) => STRUCTURAL.test(keyword))
  header.prepend(structure(place, bitpix, cut))
  for (const card of provenanceCards(provenance, section(window))) header.add(card)
  return header
}

/** A primary HDU without data: the file's own global cards, where it had such an HDU. */
export function emptyPrimary(own: FitsHeader | undefined, provenance: Provenance): FitsHeader {
  const header = own?.clone() ?? FitsHeader.parse(new Uint8Array())
  header.removeWhere((keyword) => STRUCTURAL.test(keyword))
  header.prepend(structure({ primary: true, extended: true }, 8, []))
  for (const card of provenanceCards(provenance)) header.add(card)
  return header
}

const card = (keyword: string, value: Card['value'], comment = ''): Card => ({ keyword, value, comment })

function structure({ primary, name, version, extended }: HeaderPlace, bitpix: number, axes: readonly number[]): Card[] {
  return [
    primary ? card('SIMPLE', true, 'conforms to the FITS standard') : card('XTENSION', 'IMAGE', 'image extension'),
    card('BITPIX', bitpix, 'bits per pixel'),
    card('NAXIS', axes.length, 'number of axes'),
    ...axes.map((length, i) => card(`NAXIS${i + 1}`, length)),
    ...(primary ? [] : [card('PCOUNT', 0), card('GCOUNT', 1)]),
    ...(primary && extended ? [card('EXTEND', true, 'extensions follow')] : []),
    ...(name ? [card('EXTNAME', name)] : []),
    ...(version !== undefined && version !== 1 ? [card('EXTVER', version)] : []),
  ]
}

/** As FITS writes sections: 1-based, inclusive. */
const section = ({ x0, y0, x1, y1 }: PixelWindow) => `[${x0 + 1}:${x1},${y0 + 1}:${y1}]`

/** No time of day: equal requests of one generation give equal bytes. */
function provenanceCards({ publisherDid, region }: Provenance, pixels?: string): Card[] {
  const what = region
    ? 'Cut out by Skyedge (SODA 1.0), pixels copied unchanged.'
    : 'Sent by Skyedge (SODA 1.0), pixels copied unchanged.'
  return [
    card('SODAID', publisherDid, 'publisher DID of the product'),
    ...(region ? [card('SODAPOS', region, 'region, ICRS degrees')] : []),
    ...(pixels ? [card('SODASEC', pixels, 'pixels of the product')] : []),
    card('HISTORY', undefined, what),
  ]
}
