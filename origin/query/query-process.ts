// A query process as its parent sees it: forked, given orders, listened to, watched, and killed (SIGKILL takes 8 ms).

import { type ChildProcess, fork } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import type { Socket } from 'node:net'
import { setPriority } from 'node:os'
import { cancelPostgres } from './cancel-postgres.ts'
import { QueryError, type QueryErrorCode } from './errors.ts'
import { FRAME, FRAME_PIPE, type Frame, FrameReader, readJson } from './frames.ts'
import type { ErrorSaid, Order, ProcessLimits, ReadySaid } from './orders.ts'
import type { Store } from './query.ts'

const BODY = new URL('./process.ts', import.meta.url)
const HEAP_MB = 256
/** What a process has without a query: Node and its heap. */
const OWN_BYTES = (HEAP_MB + 128) * 2 ** 20
const WATCH_MS = 250
/** A query that has used so much of a processor gives way to the others: it has one when nobody else wants it. */
const LONG_MS = 2000
/** Unit of the times in /proc, on every architecture that Node runs on. */
const TICK_MS = 10
const LOW_PRIORITY = 10
/** What a process that ended says last, for the log. */
const LAST_WORDS = 2000

export interface ProcessOptions {
  readonly store: Store
  readonly limits: ProcessLimits
  readonly tempFolder: string
  /** Where Node keeps the compiled code of the body: a process starts in a third of the time. Nobody else may write there. */
  readonly codeFolder?: string
  onEnd(process: QueryProcess): void
}

export class QueryProcess {
  /** Resolves when it can take orders; rejects when it cannot. */
  readonly ready: Promise<void>
  ended = false
  /** Why it was killed. */
  reason: QueryError | undefined
  /** It gives way to others, and cannot be made to stop that: only the privileged may raise a priority. */
  slowed = false
  /** Since when bytes lie ready that its client does not take (performance.now); undefined while it works. */
  standsSinceMs: number | undefined
  readonly #child: ChildProcess
  readonly #frames: FrameReader
  readonly #store: Store
  readonly #limits: ProcessLimits
  #cancel: ReadySaid['cancel']
  #words = ''
  #watch: NodeJS.Timeout | undefined

  constructor({ store, limits, tempFolder, codeFolder, onEnd }: ProcessOptions) {
    this.#store = store
    this.#limits = limits
    this.#child = fork(BODY, {
      // Frames, then Node's own channel.
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [`--max-old-space-size=${HEAP_MB}`, '--disable-warning=ExperimentalWarning'],
      env: {
        SQLITE_TMPDIR: tempFolder,
        TMPDIR: tempFolder,
        TZ: 'UTC',
        ...(codeFolder && { NODE_COMPILE_CACHE: codeFolder }),
      },
      serialization: 'advanced',
    })
    this.#frames = new FrameReader(this.#pipe)
    this.#child.stderr?.on('data', (text: Buffer) => {
      this.#words = (this.#words + text.toString()).slice(-LAST_WORDS)
    })
    const end = () => {
      if (this.ended) return
      this.ended = true
      clearInterval(this.#watch)
      // The server notices a client that died only when it has something to say to it.
      if (!this.reason) this.#cancelStatement()
      onEnd(this)
    }
    this.#child.on('exit', end).on('error', end)
    this.order({ kind: 'open', store, limits })
    this.ready = this.#frames.next().then((frame) => {
      if (frame?.kind !== FRAME.ready) throw this.#failure(frame)
      this.#cancel = readJson<ReadySaid>(frame).cancel
    })
    this.ready.catch(() => this.kill('unavailable', 'the database cannot be reached'))
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get lastWords(): string {
    return this.#words
  }

  /** An idle process keeps nobody alive; a leased one is watched for what it takes. */
  hold(busy: boolean): void {
    const held = [this.#child, this.#child.channel, this.#pipe, this.#child.stderr as Socket | null]
    for (const thing of held) busy ? thing?.ref() : thing?.unref()
    clearInterval(this.#watch)
    if (!busy) return
    const longAtMs = this.#usedMs() + LONG_MS
    const look = () => {
      this.#measure()
      if (!this.slowed && this.#usedMs() > longAtMs) this.#giveWay()
    }
    this.#watch = setInterval(look, WATCH_MS).unref()
  }

  order(order: Order): void {
    if (this.#child.connected) this.#child.send(order, () => {})
  }

  /** The next frame of the answer; throws what the process says, or what became of it. */
  async next(): Promise<Frame> {
    const frame = await this.#frames.next()
    if (!frame || frame.kind === FRAME.error) throw this.#failure(frame)
    return frame
  }

  kill(code: QueryErrorCode = 'aborted', message = 'the query was stopped'): void {
    if (this.ended) return
    this.reason ??= new QueryError(code, message)
    this.#cancelStatement()
    this.#child.kill('SIGKILL')
    // What lies in the pipe is not wanted any more, and nobody waits for it.
    this.#pipe.destroy()
  }

  /** Time of a processor, not of the clock: who only waits for one, or for a slow client, is not slowed further. */
  #usedMs(): number {
    try {
      const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1].split(' ')
      return (Number(fields[11]) + Number(fields[12])) * TICK_MS
    } catch {
      return 0
    }
  }

  #giveWay(): void {
    this.slowed = true
    try {
      setPriority(this.pid, LOW_PRIORITY)
    } catch {}
  }

  #cancelStatement(): void {
    if (this.#store.kind === 'postgres' && this.#cancel) cancelPostgres(this.#store.url, this.#cancel)
  }

  #failure(frame: Frame | undefined): QueryError {
    if (this.reason) return this.reason
    if (frame?.kind !== FRAME.error)
      return new QueryError('failed', 'the query could not be run', { detail: `the process ended: ${this.#words}` })
    const { code, message, detail } = readJson<ErrorSaid>(frame)
    return new QueryError(code as QueryErrorCode, message, { detail })
  }

  /**
   * SQLite in Node keeps no account of its memory (SQLITE_DEFAULT_MEMSTATUS=0, so heap limits do nothing), and its
   * sorters write temporary files that no setting bounds. Where there is no /proc, the deadline must do.
   */
  #measure(): void {
    const { memoryBytes, diskBytes } = this.#limits
    let disk = 0
    let memory = 0
    try {
      for (const name of readdirSync(`/proc/${this.pid}/fd`)) disk += namelessBytes(`/proc/${this.pid}/fd/${name}`)
      const status = readFileSync(`/proc/${this.pid}/status`, 'utf8')
      memory = 1024 * Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0)
    } catch {}
    const kill = (bytes: number, what: string) =>
      this.kill('too-large', `the query needs more than the ${Math.round(bytes / 1e6)} MB of ${what} it may use`)
    if (disk > diskBytes) kill(diskBytes, 'disk')
    else if (memory > memoryBytes + OWN_BYTES) kill(memoryBytes, 'memory')
  }

  get #pipe(): Socket {
    return this.#child.stdio[FRAME_PIPE] as Socket
  }
}

/** Of a file that was removed while it is open, as temporary ones are. */
function namelessBytes(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat?.isFile() && stat.nlink === 0 ? stat.size : 0
}
