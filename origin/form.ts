// What a request says: the pairs of its query string, then those of its form (DALI 1.2 §2). Files are handed on as they come.

import type { Context } from 'hono'
import { type FormOptions, pairsOf, readForm } from '#src/dali'

/** Throws DaliError; files without a handler are refused. */
export async function pairsFrom(c: Context, options: FormOptions = {}): Promise<[string, string][]> {
  const query = pairsOf(new URL(c.req.url).search)
  if (c.req.method !== 'POST') return query
  // Node's web streams are async iterable, which the DOM's types do not say.
  const body = c.req.raw.body as AsyncIterable<Uint8Array> | null
  return [...query, ...(await readForm(body, c.req.header('content-type'), options))]
}
