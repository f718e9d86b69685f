// A few threads and a queue of tasks. A thread that dies fails its task and is replaced at the next one.

import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { HipsBuildError } from './errors.ts'
import type { Task, TaskDone } from './work.ts'

interface Waiting {
  readonly task: Task
  readonly resolve: (done: TaskDone) => void
  readonly reject: (error: unknown) => void
}

/** Bytes of planes that all threads of a pool keep together, and one at least. */
const KEEP_BYTES = 512 * 2 ** 20
const KEEP_LEAST = 48 * 2 ** 20

const THREAD = new URL('./thread.ts', import.meta.url)

export class Threads {
  readonly count: number
  readonly #idle: Worker[] = []
  readonly #busy = new Map<Worker, Waiting>()
  readonly #queue: Waiting[] = []
  #closed = false

  constructor(count = availableParallelism()) {
    this.count = Math.max(1, Math.min(64, count))
  }

  run(task: Task): Promise<TaskDone> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new HipsBuildError('thread-failed', 'the threads were stopped'))
      this.#queue.push({ task, resolve, reject })
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    const stopped = new HipsBuildError('thread-failed', 'the threads were stopped')
    for (const waiting of [...this.#queue.splice(0), ...this.#busy.values()]) waiting.reject(stopped)
    const workers = [...this.#idle, ...this.#busy.keys()]
    this.#busy.clear()
    await Promise.all(workers.map((worker) => worker.terminate()))
  }

  #next(): void {
    while (this.#queue.length > 0 && (this.#idle.length > 0 || this.#busy.size < this.count)) {
      const worker = this.#idle.pop() ?? this.#start()
      const waiting = this.#queue.shift() as Waiting
      this.#busy.set(worker, waiting)
      worker.ref()
      worker.postMessage({ id: 0, task: waiting.task })
    }
  }

  #start(): Worker {
    const worker = new Worker(THREAD, { workerData: { keepBytes: Math.max(KEEP_LEAST, KEEP_BYTES / this.count) } })
    const finish = (settle: (waiting: Waiting) => void, alive: boolean) => {
      const waiting = this.#busy.get(worker)
      this.#busy.delete(worker)
      const at = this.#idle.indexOf(worker)
      if (!alive && at >= 0) this.#idle.splice(at, 1)
      if (alive && !this.#closed) this.#idle.push(worker)
      // An idle thread keeps no process alive.
      worker.unref()
      if (waiting) settle(waiting)
      this.#next()
    }
    worker.on('message', ({ done, error }: { done?: TaskDone; error?: { message: string; code?: string } }) =>
      finish(
        ({ resolve, reject }) => (done ? resolve(done) : reject(Object.assign(new Error(error?.message), error))),
        true,
      ),
    )
    worker.on('error', (cause) =>
      finish(
        ({ reject }) => reject(new HipsBuildError('thread-failed', 'a thread that makes tiles stopped', { cause })),
        false,
      ),
    )
    worker.on('exit', () =>
      finish(({ reject }) => reject(new HipsBuildError('thread-failed', 'a thread that makes tiles stopped')), false),
    )
    return worker
  }
}
