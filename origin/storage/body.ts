// What is put into a store: a body in bounded pieces of equal length, from bytes or any stream.

import { type ObjectBody, StorageError } from '#src/storage'

export const bodyOf = (body: Uint8Array | ObjectBody): ObjectBody =>
  body instanceof Uint8Array
    ? {
        sizeBytes: body.length,
        pieces: async function* () {
          yield body
        },
      }
    : body

/** Parts of exactly `partBytes`, the last one shorter: at most one is held. A body of another length is `short`. */
export async function* partsOf(body: ObjectBody, partBytes: number, key: string): AsyncGenerator<Uint8Array> {
  let part = new Uint8Array(Math.min(partBytes, body.sizeBytes))
  let filled = 0
  let total = 0
  for await (const piece of body.pieces()) {
    total += piece.length
    if (total > body.sizeBytes) throw wrongLength(key, `more than ${body.sizeBytes}`, body)
    for (let from = 0; from < piece.length; ) {
      const count = Math.min(piece.length - from, part.length - filled)
      part.set(piece.subarray(from, from + count), filled)
      from += count
      filled += count
      if (filled < part.length) continue
      yield part
      part = new Uint8Array(Math.min(partBytes, body.sizeBytes - (total - piece.length + from)))
      filled = 0
    }
  }
  if (total < body.sizeBytes) throw wrongLength(key, String(total), body)
}

const wrongLength = (key: string, got: string, { sizeBytes }: ObjectBody) =>
  new StorageError('short', `what is put as ${key} has ${got} bytes, expected ${sizeBytes}`)
