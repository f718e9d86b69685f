// Work on what comes one after another, so many at a time; the first failure ends it.

export async function eachOf<T>(
  things: AsyncIterable<T> | Iterable<T>,
  parallel: number,
  work: (thing: T) => Promise<void>,
): Promise<void> {
  const iterator = Symbol.asyncIterator in things ? things[Symbol.asyncIterator]() : things[Symbol.iterator]()
  let failed = false
  let turn: Promise<unknown> = Promise.resolve()
  // One asks at a time: not every iterator can be asked twice at once.
  const next = (): Promise<IteratorResult<T>> => {
    const step = turn.then(() => iterator.next())
    turn = step.catch(() => undefined)
    return step
  }
  const worker = async () => {
    while (!failed) {
      const step = await next()
      if (step.done) return
      await work(step.value)
    }
  }
  const workers = Array.from({ length: parallel }, () =>
    worker().catch((error) => {
      failed = true
      throw error
    }),
  )
  const ended = await Promise.allSettled(workers)
  const first = ended.find((end) => end.status === 'rejected')
  if (!first) return
  await iterator.return?.()
  throw first.reason
}
