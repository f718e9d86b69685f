// The pool of query processes: so many run at once, one more is kept warm to take the place of one that was killed, and
// a bounded line waits.

import { mkdirSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { QueryError } from './errors.ts'
import type { ProcessLimits } from './orders.ts'
import type { QueryRunner, QuerySession, SessionOptions, Store, UploadLimits } from './query.ts'
import { QueryProcess } from './query-process.ts'
import { Session } from './session.ts'

export interface RunnerOptions {
  readonly store: Store
  /** Child processes that run at once (default: processors + 2). */
  readonly processes?: number
  /** Sessions that may wait for one (default 64). */
  readonly waiting?: number
  /** How long a client may take nothing of its answer while others wait for a process, ms (default 10 s). */
  readonly patienceMs?: number
  readonly uploads?: Partial<UploadLimits>
  readonly limits?: Partial<ProcessLimits>
  /** For uploads and the stores' temporary files (default: the system's). */
  readonly tempFolder?: string
  /** For compiled code of ours; a folder that nobody else may write to (default: it is compiled every time). */
  readonly codeFolder?: string
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void
}

const UPLOADS: UploadLimits = { bytes: 256e6, rows: 1e6, columns: 512 }
const LIMITS: ProcessLimits = { memoryBytes: 256 << 20, diskBytes: 4e9 }
const RETRY_AFTER_S = 5
/** After a process could not start, how long until the next is tried, ms. */
const RESTART_MS = 1000
const PATIENCE_MS = 10_000

interface Waiting {
  readonly options: SessionOptions
  readonly take: (process: QueryProcess) => void
}

class Pool implements QueryRunner {
  readonly #options: RunnerOptions
  readonly #processes: number
  readonly #waiting: number
  readonly #limits: ProcessLimits
  readonly #uploads: UploadLimits
  readonly #tempFolder: string
  readonly #all = new Set<QueryProcess>()
  readonly #idle: QueryProcess[] = []
  readonly #busy = new Map<QueryProcess, SessionOptions>()
  readonly #line: Waiting[] = []
  readonly #patienceMs: number
  #impatient: NodeJS.Timeout | undefined
  #starting = 0
  #closed = false

  constructor(options: RunnerOptions) {
    this.#options = options
    this.#processes = Math.max(1, options.processes ?? availableParallelism() + 2)
    this.#waiting = options.waiting ?? 64
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS
    this.#limits = { ...LIMITS, ...options.limits }
    this.#uploads = { ...UPLOADS, ...options.uploads }
    this.#tempFolder = options.tempFolder ?? tmpdir()
    mkdirSync(this.#tempFolder, { recursive: true, mode: 0o700 })
    this.#start()
  }

  get load() {
    return { processes: this.#processes, busy: this.#busy.size, waiting: this.#line.length }
  }

  async session(options: SessionOptions): Promise<QuerySession> {
    const { signal, deadlineMs, background = false } = options
    const until = performance.now() + deadlineMs
    const process = await this.#lease(options)
    const leftMs = until - performance.now()
    return new Session({
      process,
      signal,
      deadlineMs: leftMs,
      background,
      uploads: this.#uploads,
      tempFolder: this.#tempFolder,
      onClose: () => this.#release(process),
      log: this.#options.log,
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#impatient)
    this.#line.splice(0)
    for (const process of this.#all) process.kill('unavailable', 'the service is stopping')
  }

  #lease(options: SessionOptions): Promise<QueryProcess> {
    if (this.#closed) throw new QueryError('unavailable', 'the service is stopping')
    if (this.#line.length >= this.#waiting) {
      const { busy, waiting } = this.load
      throw new QueryError('overloaded', `${busy} queries run and ${waiting} wait: the service takes no more now`, {
        retryAfterS: RETRY_AFTER_S,
      })
    }
    const { signal, deadlineMs } = options
    return new Promise((resolve, reject) => {
      const leave = (error: QueryError) => {
        const at = this.#line.indexOf(waiting)
        if (at >= 0) this.#line.splice(at, 1)
        settle()
        reject(error)
      }
      const late = setTimeout(
        () => leave(new QueryError('timeout', `no process was free within ${Math.round(deadlineMs / 1000)} s`)),
        deadlineMs,
      )
      const gone = () => leave(new QueryError('aborted', 'the query was stopped'))
      const settle = () => {
        clearTimeout(late)
        signal.removeEventListener('abort', gone)
      }
      const waiting: Waiting = {
        options,
        take(process) {
          settle()
          resolve(process)
        },
      }
      signal.addEventListener('abort', gone)
      if (signal.aborted) return gone()
      this.#line.push(waiting)
      this.#serve()
    })
  }

  /** Gives free processes to those who wait, and sees that one is warm for the next. */
  #serve(): void {
    while (this.#line.length > 0 && this.#busy.size < this.#processes && this.#idle.length > 0) {
      const at = this.#line.findIndex(({ options }) => !options.background || this.#mayWorkBehind())
      if (at < 0) break
      const [{ options, take }] = this.#line.splice(at, 1)
      const process = this.#idle.pop() as QueryProcess
      this.#busy.set(process, options)
      process.hold(true)
      take(process)
    }
    if (this.#line.length > 0) this.#lookAround()
    const wanted = Math.min(this.#processes - this.#busy.size, this.#line.length) + 1
    if (this.#idle.length + this.#starting < wanted) this.#start()
  }

  /** While somebody waits, answers that nobody takes do not hold the processes that make them. */
  #lookAround(): void {
    this.#impatient ??= setTimeout(() => {
      this.#impatient = undefined
      if (this.#line.length === 0) return
      const nowMs = performance.now()
      for (const process of this.#busy.keys())
        if (nowMs - (process.standsSinceMs ?? nowMs) >= this.#patienceMs)
          process.kill('overloaded', 'the answer was not taken while others waited')
      this.#lookAround()
    }, this.#patienceMs / 4).unref()
  }

  #mayWorkBehind(): boolean {
    const behind = [...this.#busy.values()].filter(({ background }) => background).length
    return behind < Math.max(1, this.#processes - 1)
  }

  #start(): void {
    if (this.#closed || this.#all.size > this.#processes) return
    this.#starting++
    const process = new QueryProcess({
      store: this.#options.store,
      limits: this.#limits,
      tempFolder: this.#tempFolder,
      codeFolder: this.#options.codeFolder,
      onEnd: (ended) => this.#forget(ended),
    })
    this.#all.add(process)
    process.ready
      .then(() => {
        this.#starting--
        process.hold(false)
        this.#idle.push(process)
        this.#serve()
      })
      .catch((error: QueryError) => {
        this.#starting--
        if (this.#closed) return
        this.#options.log('query-process-failed', { message: error.message, detail: error.detail })
        setTimeout(() => this.#serve(), RESTART_MS).unref()
      })
  }

  #release(process: QueryProcess): void {
    if (!this.#busy.delete(process)) return
    if (process.slowed) process.kill('aborted', 'its place is taken by a fresh one')
    else if (!process.ended && !process.reason) {
      process.hold(false)
      this.#idle.push(process)
    }
    this.#serve()
  }

  #forget(process: QueryProcess): void {
    this.#all.delete(process)
    // Its client may be asleep: the place is free all the same.
    this.#busy.delete(process)
    const at = this.#idle.indexOf(process)
    if (at >= 0) this.#idle.splice(at, 1)
    if (!process.reason && !this.#closed) this.#options.log('query-process-ended', { said: process.lastWords })
    if (!this.#closed) setImmediate(() => this.#serve())
  }
}

export function createQueryRunner(options: RunnerOptions): QueryRunner {
  return new Pool(options)
}
