// What a benchmark is and gives: one file per figure, run by main.ts.

export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: string
}

export interface BenchResult {
  readonly name: string
  readonly figures: readonly Figure[]
  /** The same work by other software, where it is installed; empty otherwise. */
  readonly peers: readonly Figure[]
  /** Ours over the peer's, with what it may be at most or must be at least. */
  readonly ratios: readonly (Figure & { readonly target?: number; readonly atLeast?: number })[]
  /** What was left out, and anything a reader must know. */
  readonly notes?: readonly string[]
}

export interface Benchmark {
  readonly name: string
  /** One line for --list. */
  readonly about: string
  run(): Promise<BenchResult>
}

/** CPU milliseconds (user and system) that this process has used. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
