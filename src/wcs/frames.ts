// Which celestial frame a header means: CTYPE, RADESYS and EQUINOX. Paper II section 3.1, FITS 4.0 section 8.3.

import type { Frame } from '#src/sky'
import { WcsError } from './errors.ts'
import type { Keywords } from './keywords.ts'

export interface HeaderFrame {
  readonly frame: Frame
  readonly equinox?: number
}

/** By the first letters of the longitude's CTYPE. */
const LONGITUDES: ReadonlyMap<string, { latitude: string; frame: Frame }> = new Map([
  ['RA', { latitude: 'DEC', frame: 'ICRS' }],
  ['GLON', { latitude: 'GLAT', frame: 'GALACTIC' }],
  ['ELON', { latitude: 'ELAT', frame: 'ECLIPTIC' }],
])

export function latitudeOf(longitude: string): string | undefined {
  return LONGITUDES.get(longitude)?.latitude
}

function equinoxOf(keys: Keywords): number | undefined {
  const text = keys.string('EQUINOX')
  // Written as a string now and then: 'J2000', '2000.0'.
  const match = text === undefined ? undefined : /^[BJ]?(\d{4}(?:\.\d*)?)$/i.exec(text)
  if (text !== undefined && !match) throw new WcsError('invalid', `EQUINOX must be a year, got '${text.slice(0, 20)}'`)
  const equinox = match ? Number(match[1]) : keys.number('EQUINOX')
  // EPOCH is the keyword's old name, of the primary description only.
  const year =
    equinox ?? (keys.alternate === '' && typeof keys.string('EPOCH') !== 'string' ? keys.number('EPOCH') : undefined)
  if (year !== undefined && !(year > 1000 && year < 3000))
    throw new WcsError('invalid', `EQUINOX must be a year, got ${year}`)
  return year
}

export function readFrame(keys: Keywords, longitude: string): HeaderFrame {
  const known = LONGITUDES.get(longitude)
  if (!known)
    throw new WcsError(
      'unsupported',
      `longitudes of type ${longitude} are not read: CTYPE may start with ${[...LONGITUDES.keys()].join(', ')}`,
    )
  if (known.frame === 'GALACTIC') return { frame: 'GALACTIC' }
  const equinox = equinoxOf(keys)
  if (known.frame === 'ECLIPTIC') return { frame: 'ECLIPTIC', equinox: equinox ?? 2000 }

  const radesys = (
    keys.string('RADESYS') ?? (keys.alternate === '' ? keys.string('RADECSYS') : undefined)
  )?.toUpperCase()
  switch (radesys) {
    case 'ICRS':
      return { frame: 'ICRS' }
    case 'FK5':
      return { frame: 'FK5', equinox: equinox ?? 2000 }
    case 'FK4':
      return { frame: 'FK4', equinox: equinox ?? 1950 }
    case undefined:
      if (equinox === undefined) return { frame: 'ICRS' }
      return equinox < 1984 ? { frame: 'FK4', equinox } : { frame: 'FK5', equinox }
    default:
      throw new WcsError('unsupported', `RADESYS '${radesys.slice(0, 20)}' is not read: it may be ICRS, FK5, FK4`)
  }
}
