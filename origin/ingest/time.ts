// When an image was taken, from the many ways headers say it: MJD in UTC. FITS 4.0 §9 (time coordinates); what the
// comment of a card says (mid-point, minutes) is heeded, since some archives say it only there.

import type { HeaderStack } from './header-stack.ts'

/** Day (MJD) from which TAI - UTC has this many seconds (IERS Bulletin C; none since 2017). */
const LEAP_SECONDS: readonly (readonly [number, number])[] = [
  [57754, 37],
  [57204, 36],
  [56109, 35],
  [54832, 34],
  [53736, 33],
  [51179, 32],
  [50630, 31],
  [50083, 30],
  [49534, 29],
  [49169, 28],
  [48804, 27],
  [48257, 26],
  [47892, 25],
  [47161, 24],
  [46247, 23],
  [45516, 22],
  [45151, 21],
  [44786, 20],
  [44239, 19],
  [43874, 18],
  [43509, 17],
  [43144, 16],
  [42778, 15],
  [42413, 14],
  [42048, 13],
  [41683, 12],
  [41499, 11],
  [41317, 10],
]
const DAY_S = 86_400
export const MJD_OF_1970 = 40_587
/**
 * From before photography to the far future: outside is a wrong unit or a wrong number. Within a minute of 1970 it is
 * a zero of Unix time (afw writes it for "unknown").
 */
const isMjd = (mjd: number) => mjd > -10_000 && mjd < 200_000 && Math.abs(mjd - MJD_OF_1970) > 60 / DAY_S

export function taiToUtc(mjdTai: number): number {
  for (const [from, seconds] of LEAP_SECONDS) if (mjdTai - seconds / DAY_S >= from) return mjdTai - seconds / DAY_S
  return mjdTai
}

/** `2026-11-22T15:00:00.5`, a date alone, or `22/11/96` (FITS before 1998); undefined where it is none of these. */
export function parseDate(text: string): { mjd: number; dateOnly: boolean } | undefined {
  const old = /^(\d\d)\/(\d\d)\/(\d\d)$/.exec(text.trim())
  const iso = old ? `19${old[3]}-${old[2]}-${old[1]}` : text.trim()
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d):(\d\d(?:\.\d*)?)Z?)?$/.exec(iso)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0))
  const days = Date.UTC(year, month - 1, day) / (DAY_S * 1000)
  if (month < 1 || month > 12 || new Date(days * DAY_S * 1000).getUTCDate() !== day) return undefined
  if (hour > 24 || minute > 59 || second >= 61) return undefined
  const mjd = days + MJD_OF_1970 + (hour * 3600 + minute * 60 + second) / DAY_S
  return { mjd, dateOnly: match[4] === undefined }
}

const START_MJD = ['MJD-OBS', 'MJD-STR', 'MJD-BEG', 'EXPSTART', 'MJD_OBS', 'MJD-AVG', 'MJD-MID', 'MJD']
const START_DATE = ['DATE-OBS', 'DATE-BEG', 'DATE_OBS', 'DATE-AVG', 'TIME-MID']
const CLOCK = ['TIME-OBS', 'UT-STR', 'UTSTART', 'UTC-OBS', 'UTSHUT', 'UT']
const EXPOSURE = ['EXPTIME', 'EXPOSURE', 'XPOSURE', 'EFFEXPTM', 'TEXPTIME', 'ITIME']

export interface Times {
  readonly tMinMjd?: number
  readonly tMaxMjd?: number
  readonly exptimeS?: number
}

export function timesOf(header: HeaderStack): Times {
  const exptimeS = exposureOf(header)
  const system = header.text('TIMESYS')?.toUpperCase() ?? 'UTC'
  const toUtc = (mjd: number) => {
    if (system === 'TAI') return taiToUtc(mjd)
    return system === 'TT' || system === 'TDB' ? taiToUtc(mjd - 32.184 / DAY_S) : mjd
  }
  const lengthD = (exptimeS ?? 0) / DAY_S
  const start = startOf(header)
  if (!start) return { exptimeS }
  const tMinMjd = (start.tai ? taiToUtc(start.mjd) : toUtc(start.mjd)) - (start.middle ? lengthD / 2 : 0)
  // A date without a time says no more than the day.
  if (start.dateOnly) return { tMinMjd, tMaxMjd: tMinMjd + 1, exptimeS }
  const end = endOf(header, start.mjd)
  const known = exptimeS !== undefined || end !== undefined
  return {
    tMinMjd,
    tMaxMjd: known ? Math.max(tMinMjd + lengthD, end === undefined ? 0 : toUtc(end)) : undefined,
    exptimeS,
  }
}

function exposureOf(header: HeaderStack): number | undefined {
  for (const keyword of EXPOSURE) {
    const value = header.number(keyword)
    if (value === undefined || value <= 0) continue
    return /\bmin(ute)?s?\b/i.test(header.comment(keyword)) ? value * 60 : value
  }
  return undefined
}

interface Start {
  readonly mjd: number
  /** In TAI, whatever TIMESYS says. */
  readonly tai?: boolean
  readonly middle?: boolean
  readonly dateOnly?: boolean
}

function startOf(header: HeaderStack): Start | undefined {
  for (const keyword of START_MJD) {
    const mjd = header.number(keyword)
    if (mjd !== undefined && mjd > 0 && isMjd(mjd)) return { mjd, middle: isMiddle(header, keyword) }
  }
  // SDSS: TAI seconds since MJD 0.
  const taiS = header.number('TAI')
  if (taiS !== undefined && taiS > 4e9 && taiS < 6e9) return { mjd: taiS / DAY_S, tai: true }
  for (const keyword of START_DATE) {
    const date = parseDate(header.text(keyword) ?? '')
    if (!date || !isMjd(date.mjd)) continue
    if (!date.dateOnly) return { mjd: date.mjd, middle: isMiddle(header, keyword) }
    for (const clock of CLOCK) {
      const timed = parseDate(`${(header.text(keyword) ?? '').trim()}T${(header.text(clock) ?? '').trim()}`)
      if (timed) return { mjd: timed.mjd }
    }
    return date
  }
  return undefined
}

const isMiddle = (header: HeaderStack, keyword: string) =>
  /AVG|MID/.test(keyword) || /\bmid(dle|point|-point)?\b/i.test(header.comment(keyword))

/** MJD-END or DATE-END, unless its MJD-BEG says that the pair is not about this start (a header copied from elsewhere). */
function endOf(header: HeaderStack, startMjd: number): number | undefined {
  const end = header.number('MJD-END') ?? header.number('EXPEND') ?? parseDate(header.text('DATE-END') ?? '')?.mjd
  if (end === undefined || !isMjd(end) || end < startMjd) return undefined
  const begin = header.number('MJD-BEG') ?? parseDate(header.text('DATE-BEG') ?? '')?.mjd
  return begin === undefined || startMjd >= begin - 1 / DAY_S ? end : undefined
}
