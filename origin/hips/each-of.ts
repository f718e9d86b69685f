// Work on what comes one after another, so many at a time.

/** Starts in order; the first failure stops the rest, and is thrown when all that was begun has ended. */
export async function eachOf<T>(
  things: AsyncIterable<T> | Iterable<T>,
  parallel: number,
  work: (thing: T) => Promise<void>,
): Promise<void> {
  const iterator = Symbol.asyncIterator in things ? things[Symbol.asyncIterator]() : things[Symbol.iterator]()
  let failure: { readonly error: unknown } | undefined
  let turn: Promise<unknown> = Promise.resolve()
  // One asks at a time: not every iterator can be asked twice at once.
  const next = (): Promise<IteratorResult<T>> => {
    const step = turn.then(() => iterator.next())
    turn = step.catch(() => undefined)
    return step
  }
  const lane = async () => {
    try {
      while (!failure) {
        const step = await next()
        if (step.done || failure) return
        await work(step.value)
      }
    } catch (error) {
      failure ??= { error }
    }
  }
  await Promise.all(Array.from({ length: parallel }, lane))
  if (!failure) return
  await iterator.return?.()
  throw failure.error
}
