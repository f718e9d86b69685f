// Chunks of unknown length as the body of an answer: one for each pull, so that a slow client holds up what makes them.

/** `onEnd` is called once, also when the client goes before the first chunk. */
export function streamed(
  chunks: AsyncIterable<Uint8Array>,
  onEnd: () => Promise<void> = async () => {},
): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { value, done } = await iterator.next()
          if (!done) return controller.enqueue(value)
        } catch (error) {
          await onEnd()
          throw error
        }
        await onEnd()
        controller.close()
      },
      async cancel() {
        await onEnd()
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}
