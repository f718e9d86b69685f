// The pairs of a request's body (DALI 1.2 §2): `application/x-www-form-urlencoded` or `multipart/form-data`, read as a stream
// within bounds. Files go to the caller's handler; a service without uploads gives none, and files are refused.

import { formBytes } from './body.ts'
import { usageError } from './fault.ts'
import { boundaryOf, type FileHandler, type MultipartLimits, readMultipart } from './multipart.ts'
import { MAX_FORM_BYTES, pairsOf } from './request.ts'

export interface FormOptions {
  readonly limits?: Partial<MultipartLimits>
  readonly onFile?: FileHandler
}

const LIMITS: MultipartLimits = { valueBytes: MAX_FORM_BYTES, fileBytes: 256 << 20, files: 16, parts: 256 }

/** `contentType` is the header; an empty body without one is no form. Throws DaliError. */
export async function readForm(
  body: AsyncIterable<Uint8Array> | null | undefined,
  contentType: string | undefined,
  { limits: own = {}, onFile }: FormOptions = {},
): Promise<[string, string][]> {
  const limits = { ...LIMITS, ...own }
  const type = (contentType ?? '').split(';')[0].trim().toLowerCase()
  if (type === 'multipart/form-data') {
    if (!body) throw usageError('the form is empty')
    return readMultipart(body, boundaryOf(contentType ?? ''), limits, onFile)
  }
  if (type !== '' && type !== 'application/x-www-form-urlencoded')
    throw usageError('a POST carries application/x-www-form-urlencoded or multipart/form-data')
  return pairsOf(new TextDecoder('utf-8').decode(await formBytes(body, limits.valueBytes)))
}
