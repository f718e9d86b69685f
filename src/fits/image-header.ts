// The header an image has of its own: a compressed image's table header with the Z-keywords undone (FITS 4.0 §10.1.2).

import type { Card } from './card.ts'
import type { Hdu } from './hdu.ts'
import type { FitsHeader } from './header.ts'

/** Keywords of the table or of the compression, which mean nothing for the image. */
const TABLE_ONLY =
  /^(?:XTENSION|SIMPLE|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|TFIELDS|THEAP|(?:TTYPE|TFORM|TUNIT|TDIM|TNULL|TSCAL|TZERO|TDISP)\d+|CHECKSUM|DATASUM)$/
const COMPRESSION =
  /^(?:ZIMAGE|ZSIMPLE|ZTENSION|ZEXTEND|ZBITPIX|ZNAXIS\d*|ZPCOUNT|ZGCOUNT|ZTILE\d+|ZCMPTYPE|ZNAME\d+|ZVAL\d+|ZQUANTIZ|ZDITHER0|ZBLANK|ZSCALE|ZZERO|ZBLOCKED|ZHECKSUM|ZDATASUM|ZMASKCMP)$/

/** A header to change freely; for a plain image a copy of its own. */
export function imageHeader(hdu: Hdu): FitsHeader {
  const header = hdu.header.clone()
  if (hdu.kind !== 'compressed-image' || !hdu.image) return header
  const { bitpix, axes, blank } = hdu.image
  const primary = hdu.header.has('ZSIMPLE')
  const checks: Card[] = []
  if (hdu.header.has('ZHECKSUM')) checks.push(card('CHECKSUM', hdu.header.get('ZHECKSUM'), 'HDU checksum'))
  if (hdu.header.has('ZDATASUM')) checks.push(card('DATASUM', hdu.header.get('ZDATASUM'), 'data unit checksum'))
  if (hdu.header.has('ZBLANK') && !header.has('BLANK') && blank !== undefined && bitpix > 0)
    checks.push(card('BLANK', blank, 'stored value of undefined pixels'))
  if (hdu.header.string('EXTNAME') === 'COMPRESSED_IMAGE') header.remove('EXTNAME')
  header.removeWhere((keyword) => TABLE_ONLY.test(keyword) || COMPRESSION.test(keyword))
  header.prepend([
    primary
      ? card('SIMPLE', true, 'conforms to the FITS standard')
      : card('XTENSION', hdu.header.string('ZTENSION') ?? 'IMAGE', 'image extension'),
    card('BITPIX', bitpix, 'bits per pixel'),
    card('NAXIS', axes.length, 'number of axes'),
    ...axes.map((length, i) => card(`NAXIS${i + 1}`, length, '')),
    ...(primary ? [] : [card('PCOUNT', 0, ''), card('GCOUNT', 1, '')]),
  ])
  for (const check of checks) header.add(check)
  return header
}

const card = (keyword: string, value: Card['value'], comment: string): Card => ({ keyword, value, comment })
