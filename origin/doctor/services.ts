// What runs: the origin, the edges, the availability worker; whether they answer, whether edges know our secret, and how
// far their clocks are from each other. Nothing of ours rests on clocks being alike, but tokens end by them.

import { EDGE_HEADER, WARM_PATH } from '#src/services'
import type { Config, EdgeUrl } from '../config.ts'
import { edgesOf } from '../edges/edges.ts'
import { type Check, fail, ok, tried, warn } from './check.ts'

const PATIENCE_MS = 5_000
/** Beyond this a token of minutes ends early or late somewhere. */
const APART_MS = 30_000

interface Seen {
  readonly checks: readonly Check[]
  /** Its clock less ours, ms. */
  readonly apartMs?: number
}

export async function checkServices(config: Config, secret: string | undefined): Promise<Check[]> {
  const { host, originPort, availabilityPort, originUrl } = config
  const near = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const here = (port: number) => `http://${near.includes(':') ? `[${near}]` : near}:${port}`
  const edges = edgesOf(config)
  const [origin, board, ...seen] = await Promise.all([
    look('origin', originUrl ?? here(originPort)),
    availabilityPort === 0 ? { checks: [] } : look('availability', here(availabilityPort)),
    ...edges.map((edge) => edgeSeen(edge, secret)),
  ])
  const clocks = edges.map(({ region }, i) => clockOf(`edge ${region}`, seen[i].apartMs, origin.apartMs))
  const none = edges.length === 0 ? [warn('edges', 'none is known: set SKYEDGE_EDGE_URLS')] : []
  return [...origin.checks, ...board.checks, ...none, ...seen.flatMap(({ checks }) => checks), ...clocks.flat()]
}

async function look(name: string, url: string): Promise<Seen> {
  const start = Date.now()
  try {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'manual' })
    const ms = Date.now() - start
    const state = (await answer.json().catch(() => ({}))) as { timeMs?: number }
    if (!answer.ok) return { checks: [fail(name, `answers with status ${answer.status}`)] }
    const said = typeof state.timeMs === 'number' ? state.timeMs : Date.parse(answer.headers.get('date') ?? '')
    const apartMs = said - (start + ms / 2)
    return { checks: [ok(name, `answers in ${ms} ms`)], ...(Number.isFinite(apartMs) && { apartMs }) }
  } catch {
    return { checks: [fail(name, `cannot be reached at ${url}`)] }
  }
}

async function edgeSeen({ region, url }: EdgeUrl, secret: string | undefined): Promise<Seen> {
  const name = `edge ${region}`
  const seen = await look(name, url)
  if (secret === undefined || seen.checks.some(({ status }) => status === 'fail')) return seen
  const shared = await tried(name, async () => {
    const answer = await fetch(url + WARM_PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [EDGE_HEADER]: secret },
      body: '{"paths":[],"look":true}',
      signal: AbortSignal.timeout(PATIENCE_MS),
      redirect: 'manual',
    })
    await answer.body?.cancel()
    if (answer.ok) return ok(name, 'knows our secret')
    if (answer.status === 404) return fail(name, 'does not know our secret: set its EDGE_SECRET anew')
    return fail(name, `asked for its maps it answers with status ${answer.status}: does it reach the origin?`)
  })
  return { ...seen, checks: [...seen.checks, ...shared] }
}

function clockOf(name: string, edgeMs: number | undefined, originMs: number | undefined): Check[] {
  if (edgeMs === undefined || originMs === undefined) return []
  const apart = Math.round((edgeMs - originMs) / 1000)
  const says = `its clock is ${Math.abs(apart)} s ${apart < 0 ? 'behind' : 'ahead of'} the origin’s`
  const check = `clock of ${name}`
  if (Math.abs(edgeMs - originMs) > APART_MS) return [warn(check, `${says}: let both follow a time server`)]
  return [ok(check, says)]
}
