// Butler's times: nanoseconds since 1970-01-01 in TAI, as whole numbers. ObsCore's: MJD in UTC, days.

import { MJD_OF_1970, taiToUtc } from '../time.ts'

const DAY_NS = 86_400_000_000_000n
/** What stands for "since ever" and "for ever" (2100-01-01). */
const MIN_NS = 0n
const MAX_NS = 4_102_444_800_000_000_000n

const isKnown = (ns: bigint | undefined): ns is bigint => ns !== undefined && ns > MIN_NS && ns < MAX_NS

/** Undefined where the end of the timespan is open. */
export function mjdUtc(nsTai: bigint | undefined): number | undefined {
  return isKnown(nsTai) ? mjd(utcNs(nsTai)) : undefined
}

/** `2025-11-04T03:21:03.123456`, microseconds cut off; without a zone. */
export function isoUtc(nsTai: bigint | undefined): string | undefined {
  if (!isKnown(nsTai)) return undefined
  const ns = utcNs(nsTai)
  const micro = String((ns / 1000n) % 1_000_000n).padStart(6, '0')
  return `${new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(0, 19)}.${micro}`
}

export const unixMs = (nsTai: bigint | undefined): number | undefined =>
  isKnown(nsTai) ? Number(utcNs(nsTai) / 1_000_000n) : undefined

function utcNs(nsTai: bigint): bigint {
  const tai = mjd(nsTai)
  return nsTai - BigInt(Math.round((tai - taiToUtc(tai)) * 86_400)) * 1_000_000_000n
}

/** Whole days and the rest apart, so that the day's fraction keeps its digits. */
function mjd(ns: bigint): number {
  return MJD_OF_1970 + Number(ns / DAY_NS) + Number(ns % DAY_NS) / Number(DAY_NS)
}
