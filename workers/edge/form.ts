// The body of a small POST: `application/x-www-form-urlencoded`, or `multipart/form-data` without files.

import { DaliError, MAX_FORM_BYTES, usageError } from '#src/dali'

/** As a query string. Throws DaliError. */
export async function readForm(request: Request): Promise<string> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0].trim().toLowerCase()
  const bytes = await readLimited(request)
  if (bytes.byteLength === 0) return ''
  if (type === 'application/x-www-form-urlencoded' || type === '') return new TextDecoder().decode(bytes)
  if (type !== 'multipart/form-data') throw usageError('the body must be application/x-www-form-urlencoded')
  const form = await formOf(bytes, request.headers.get('content-type') ?? '')
  const query = new URLSearchParams()
  for (const [name, value] of form.entries()) {
    if (typeof value !== 'string') throw usageError('files cannot be uploaded here')
    query.append(name, value)
  }
  return query.toString()
}

async function formOf(bytes: Uint8Array, type: string): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { 'content-type': type } }).formData()
  } catch {
    throw usageError('the body is no form')
  }
}

async function readLimited(request: Request): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let total = 0
  if (request.body) {
    for await (const part of request.body as ReadableStream<Uint8Array>) {
      total += part.byteLength
      if (total > MAX_FORM_BYTES) throw new DaliError('too-large', `a form may have ${MAX_FORM_BYTES} bytes`)
      parts.push(part)
    }
  }
  const bytes = new Uint8Array(total)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}
