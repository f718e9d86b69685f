// Errors as `application/problem+json` (RFC 9457), and the headers that every answer of the edge carries.

import { cors } from './cors.ts'
import type { Visit } from './visit.ts'

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Sign in',
  403: 'Not permitted',
  404: 'Not found',
  405: 'Method not allowed',
  412: 'Precondition failed',
  413: 'Too large',
  414: 'Address too long',
  416: 'Range not satisfiable',
  500: 'Internal error',
  502: 'Origin not reachable',
  503: 'Not available now',
  504: 'Origin too slow',
}

export type HeaderTable = Record<string, string>

export function problem(visit: Visit, status: number, detail: string, headers: HeaderTable = {}): Response {
  const body = { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail, requestId: visit.requestId }
  return reply(visit, status, 'application/problem+json', `${JSON.stringify(body)}\n`, headers)
}

export const plainText = (visit: Visit, status: number, text: string, headers: HeaderTable = {}): Response =>
  reply(visit, status, 'text/plain; charset=utf-8', text, headers)

function reply(visit: Visit, status: number, contentType: string, text: string, headers: HeaderTable): Response {
  const body = new TextEncoder().encode(text)
  const all = {
    'cache-control': 'no-store',
    'content-type': contentType,
    'content-length': String(body.byteLength),
    ...headers,
    ...common(visit, headers.vary),
  }
  return new Response(visit.method === 'HEAD' ? null : body, { status, headers: all })
}

/** On every answer, whatever it is. */
export function common(visit: Visit, vary?: string): HeaderTable {
  return { ...cors(visit, vary), 'x-content-type-options': 'nosniff', 'x-request-id': visit.requestId }
}
