// What an ingest did, for people and for programs. Names are those below the folder: no path of the machine.

import type { NewProduct } from '../catalog/store.ts'

export interface Refusal {
  readonly name: string
  readonly reason: string
}

export interface IngestReport {
  readonly collection: string
  readonly release: string
  readonly dryRun: boolean
  /** FITS files that were looked at. */
  files: number
  /** Products new, changed, and as they were. */
  taken: number
  updated: number
  unchanged: number
  /** Planes of the products, by role. */
  readonly planes: Record<string, number>
  readonly refused: Refusal[]
  /** Refused beyond those that are named: a table of millions of bad rows must fit in memory. */
  unnamed: number
  /** Products whose image is no longer there, or no longer taken. */
  readonly vanished: { readonly productId: string; readonly name: string }[]
  /** How many of the vanished were removed (--prune). */
  removed: number
  /** What an operator should know though nothing failed. */
  readonly notes: Refusal[]
  /** True where it was stopped before the end; what was stored stays. */
  stopped: boolean
}

/** Refusals that a repository or a table names one by one; the rest is counted. */
export const MAX_NAMED = 1000

export function refuse(report: IngestReport, name: string, reason: string): void {
  if (report.refused.length < MAX_NAMED) report.refused.push({ name, reason })
  else report.unnamed++
}

/** Counts a product by what the catalogue had of it: nothing, the same generation, or another. */
export function tally(report: IngestReport, { generation, planes }: NewProduct, before: string | undefined): void {
  if (before === generation) report.unchanged++
  else if (before === undefined) report.taken++
  else report.updated++
  for (const { role } of planes) report.planes[role] = (report.planes[role] ?? 0) + 1
}

export function emptyReport(collection: string, release: string, dryRun: boolean): IngestReport {
  return {
    collection,
    release,
    dryRun,
    files: 0,
    taken: 0,
    updated: 0,
    unchanged: 0,
    planes: {},
    refused: [],
    unnamed: 0,
    vanished: [],
    removed: 0,
    notes: [],
    stopped: false,
  }
}
