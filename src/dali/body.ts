// A small body as a whole, within bounds.

import { DaliError } from './fault.ts'

/** Throws DaliError before more than the limit is held. */
export async function formBytes(
  body: AsyncIterable<Uint8Array> | null | undefined,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  let total = 0
  for await (const part of body ?? []) {
    total += part.byteLength
    if (total > limit) throw new DaliError('too-large', `a form may have ${limit} bytes`)
    parts.push(part)
  }
  const bytes = new Uint8Array(total)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}
