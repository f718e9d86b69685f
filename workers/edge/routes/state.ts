// What an edge says of itself: `/healthz` to everybody, `/edge/metrics` in Prometheus' text form to those who know
// the shared secret. It says nothing of the origin, and it is of this isolate alone.

import { common, problem } from '../problem.ts'
import { knowsSecret } from '../secret.ts'
import type { Visit } from '../visit.ts'

export function healthz(visit: Visit): Response {
  const { edge, nowMs } = visit
  const { memory, settings, flights, counters } = edge
  const state = {
    status: 'ok',
    region: settings.region,
    timeMs: nowMs,
    tiers: ['isolate', ...edge.stored.map(({ name }) => name)],
    heldBytes: memory.bytes,
    held: memory.size,
    flights: flights.size,
    answers: counters.sums(),
    ...(edge.packs && { packs: edge.packs.counts }),
  }
  return said(visit, 'application/json', `${JSON.stringify(state)}\n`)
}

export async function metrics(visit: Visit): Promise<Response> {
  // To everybody else this address does not exist.
  if (!(await knowsSecret(visit))) return problem(visit, 404, 'there is nothing at this address')
  const { memory, settings, flights, counters } = visit.edge
  const region = JSON.stringify(settings.region)
  const lines = ['# TYPE skyedge_edge_answers_total counter']
  for (const { tier, kind, order = '', outcome, count } of counters.all())
    lines.push(
      `skyedge_edge_answers_total{region=${region},tier="${tier}",kind="${kind}",order="${order}",outcome="${outcome}"} ${count}`,
    )
  const packs = Object.entries(visit.edge.packs?.counts ?? {})
  if (packs.length > 0) lines.push('# TYPE skyedge_edge_packs_total counter')
  for (const [outcome, count] of packs)
    lines.push(`skyedge_edge_packs_total{region=${region},outcome="${outcome}"} ${count}`)
  for (const [name, value] of [
    ['held_bytes', memory.bytes],
    ['held_entries', memory.size],
    ['flights', flights.size],
  ])
    lines.push(`# TYPE skyedge_edge_${name} gauge`, `skyedge_edge_${name}{region=${region}} ${value}`)
  return said(visit, 'text/plain; version=0.0.4; charset=utf-8', `${lines.join('\n')}\n`)
}

function said(visit: Visit, contentType: string, text: string): Response {
  const headers = { ...common(visit), 'content-type': contentType, 'cache-control': 'no-store' }
  return new Response(visit.method === 'HEAD' ? null : text, { headers })
}
