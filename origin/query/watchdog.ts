// A thread of a query process that sees whether the parent lives, also while a statement holds the main thread: Node
// cannot ask the kernel to be killed with its parent.

import { workerData } from 'node:worker_threads'

setInterval(() => {
  if (process.ppid !== workerData.parent) process.kill(process.pid, 'SIGKILL')
}, 500)
