// What a request says: the pairs of its query string, then those of its form (DALI 1.2 §2). Files are handed on as they come,
// or kept in the folder of a job, or of a request that is treated like one.

import type { Context } from 'hono'
import { DaliError, type FilePart, type FormOptions, pairsOf, quoted, readForm } from '#src/dali'
import type { JobAttachment } from '#src/uws'
import type { JobFiles } from './jobs/results.ts'

/** Throws DaliError; files without a handler are refused. */
export async function pairsFrom(c: Context, options: FormOptions = {}): Promise<[string, string][]> {
  const query = pairsOf(new URL(c.req.url).search)
  if (c.req.method !== 'POST') return query
  // Node's web streams are async iterable, which the DOM's types do not say.
  const body = c.req.raw.body as AsyncIterable<Uint8Array> | null
  return [...query, ...(await readForm(body, c.req.header('content-type'), options))]
}

export interface KeptFiles {
  readonly files: JobFiles
  /** Of the folder. */
  readonly id: string
  /** What the job has already; names are unique among all of them. */
  readonly held?: readonly JobAttachment[]
  readonly limits: NonNullable<FormOptions['limits']> & { readonly files: number }
}

/** Throws DaliError; what was written until then is the caller's to remove. */
export async function pairsAndFiles(c: Context, { files, id, held = [], limits }: KeptFiles) {
  const kept: JobAttachment[] = []
  const refuse = (message: string) => new DaliError('usage', message, { parameter: 'UPLOAD' })
  const onFile = async ({ name, mediaType, body }: FilePart) => {
    const before = [...held, ...kept]
    if (before.some((one) => one.name === name)) throw refuse(`two files are named ${quoted(name)}`)
    if (before.length >= limits.files) throw refuse(`at most ${limits.files} files are taken`)
    const file = `upload-${before.length + 1}`
    const sizeBytes = await files.write(id, file, body, c.req.raw.signal)
    kept.push({ name, file, mediaType, sizeBytes })
  }
  return { pairs: await pairsFrom(c, { limits, onFile }), files: kept }
}
