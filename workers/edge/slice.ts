// Part of a reply's bytes: a view of what is held, or what passes a counter on its way through.

import { isHeld, type Reply } from './reply.ts'

/** Bytes [start, end); at least one, inside the reply. */
export function slice(reply: Reply, start: number, end: number): BodyInit {
  if (isHeld(reply)) return new Uint8Array(reply.body, start, end - start)
  const { readable, writable } = new FixedLengthStream(end - start)
  copy(reply.body.getReader(), writable.getWriter(), start, end).catch(() => undefined)
  return readable
}

async function copy(
  from: ReadableStreamDefaultReader<Uint8Array>,
  to: WritableStreamDefaultWriter<Uint8Array>,
  start: number,
  end: number,
): Promise<void> {
  let at = 0
  try {
    while (at < end) {
      const { value, done } = await from.read()
      if (done) throw new RangeError('the body ended before the range')
      const low = Math.max(0, start - at)
      const high = Math.min(value.byteLength, end - at)
      if (high > low) await to.write(value.subarray(low, high))
      at += value.byteLength
    }
    await to.close()
  } catch (error) {
    await to.abort(error)
  } finally {
    await from.cancel().catch(() => undefined)
  }
}
