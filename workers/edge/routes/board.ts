// `/availability` and `/status`: the board of the availability worker, which lives apart from us.

import { common, type HeaderTable, problem } from '../problem.ts'
import type { Visit } from '../visit.ts'

const PATIENCE_MS = 5_000
const TOLD = ['content-security-policy', 'content-type'] as const

export async function board(visit: Visit): Promise<Response> {
  const { request, path, query, edge, method } = visit
  const { availabilityUrl } = edge.settings
  if (!availabilityUrl) return problem(visit, 404, 'this edge knows no availability worker')
  const address = `${availabilityUrl}${path}${query ? `?${query}` : ''}`
  const accept = request.headers.get('accept') ?? '*/*'
  try {
    const answer = await fetch(address, { headers: { accept }, signal: AbortSignal.timeout(PATIENCE_MS) })
    const headers: HeaderTable = { 'cache-control': 'no-store' }
    for (const name of TOLD) {
      const value = answer.headers.get(name)
      if (value !== null) headers[name] = value
    }
    Object.assign(headers, common(visit, 'Accept'))
    return new Response(method === 'HEAD' ? null : answer.body, { status: answer.status, headers })
  } catch {
    return problem(visit, 503, 'the availability worker does not answer', { 'retry-after': '5' })
  }
}
