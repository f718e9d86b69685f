// When we are asked to end: a signal, or (under npm) the parent's death, which npm does not pass on.

const LOOK_EVERY_MS = 500

export function untilSignal(): Promise<NodeJS.Signals | 'orphaned'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal))
    if (process.env.npm_lifecycle_event === undefined) return
    const parent = process.ppid
    const timer = setInterval(() => {
      if (process.ppid === parent) return
      clearInterval(timer)
      resolve('orphaned')
    }, LOOK_EVERY_MS)
    timer.unref()
  })
}
