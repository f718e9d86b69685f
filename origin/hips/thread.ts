// The body of a thread: tasks come as messages, answers and errors go back under the task's number.

import { parentPort } from 'node:worker_threads'
import { perform, type Task } from './work.ts'

parentPort?.on('message', async ({ id, task }: { id: number; task: Task }) => {
  try {
    const done = await perform(task)
    // The planes move instead of being copied: nobody needs them here any more.
    parentPort?.postMessage({ id, done }, done.root ? [done.root.buffer as ArrayBuffer] : [])
  } catch (error) {
    const { message, code } = error as Error & { code?: string }
    parentPort?.postMessage({ id, error: { message, code } })
  }
})
