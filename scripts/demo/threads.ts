// Tasks over a few threads: each gets the next one as it comes free, stage after stage.

import { Worker } from 'node:worker_threads'
import type { SurveySize } from './plan.ts'
import type { Task } from './tasks.ts'

export interface Threads {
  run(task: Task): Promise<number>
  readonly count: number
  close(): Promise<void>
}

export function startThreads(count: number, data: { folder: string; seed: number; size: SurveySize }): Threads {
  const file = new URL('./worker.ts', import.meta.url)
  const idle = Array.from({ length: count }, () => new Worker(file, { workerData: data }))
  const all = [...idle]
  return {
    count,
    run: (task) =>
      new Promise((resolve, reject) => {
        const worker = idle.pop() as Worker
        const done = (settle: () => void) => {
          worker.off('message', answer)
          worker.off('error', resign)
          worker.off('exit', leave)
          idle.push(worker)
          settle()
        }
        const answer = ({ bytes, error }: { bytes: number; error?: string }) =>
          done(() => (error ? reject(new Error(error)) : resolve(bytes)))
        const resign = (error: unknown) => done(() => reject(error))
        const leave = (status: number) => done(() => reject(new Error(`a thread ended with status ${status}`)))
        worker.on('message', answer)
        worker.on('exit', leave)
        worker.on('error', resign)
        worker.postMessage(task)
      }),
    close: async () => {
      await Promise.all(all.map((worker) => worker.terminate()))
    },
  }
}
