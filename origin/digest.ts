// SHA-256 as the origin uses it: whole, where tiles are checked against their pack, and as the ETag of an answer's bytes.

import { createHash } from 'node:crypto'

export const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()

/** Strong, with quotes, of 27 of its 43 characters (162 bits): the same bytes have the same tag wherever they are kept. */
export const contentEtag = (bytes: Uint8Array): string =>
  `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`
