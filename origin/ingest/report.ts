// What an ingest did, for people and for programs. Names are those below the folder: no path of the machine.

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
  /** Products whose image is no longer there, or no longer taken. */
  readonly vanished: { readonly productId: string; readonly name: string }[]
  /** How many of the vanished were removed (--prune). */
  removed: number
  /** What an operator should know though nothing failed. */
  readonly notes: Refusal[]
  /** True where it was stopped before the end; what was stored stays. */
  stopped: boolean
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
    vanished: [],
    removed: 0,
    notes: [],
    stopped: false,
  }
}
