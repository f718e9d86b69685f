// What an operator wants filled: addresses, walked as a client would walk them, a few at a time. What a tier has
// already is counted as such, so that to repeat is cheap and safe.

import type { Principal } from '#src/rights'
import { READ_IMAGE } from '#src/rights'
import { WARM_BATCH } from '#src/services'
import { cleanPath } from '../path.ts'
import { baseOf, type Visit } from '../visit.ts'

/** `absent`: there is nothing at the address. `missing`: only looked for, and no tier has it. */
export type WarmOutcome = 'filled' | 'there' | 'absent' | 'missing' | 'failed'

/** A Worker has six connections open at a time. */
const AT_ONCE = 6
/** Beside maps: documents that are the same for everybody. */
export const DOCUMENTS: readonly string[] = [
  '/',
  '/hipslist',
  '/openapi.json',
  '/collections',
  '/.well-known/jwks.json',
  '/tap/capabilities',
  '/tap/tables',
  '/sia/capabilities',
  '/soda/capabilities',
  '/datalink/capabilities',
]

/** The paths of a request's body, or what is wrong with it. */
export function parsePaths(value: unknown): string[] | string {
  const paths = (value as { paths?: unknown } | null)?.paths
  if (!Array.isArray(paths)) return 'expected {"paths": […]}'
  if (paths.length > WARM_BATCH) return `a request may name ${WARM_BATCH} paths, got ${paths.length}`
  const wrong = paths.findIndex((path) => typeof path !== 'string' || !isWalkable(path))
  return wrong < 0 ? paths : `path ${wrong} is no address of a map or of a document`
}

const isWalkable = (path: string) => cleanPath(path) === path && (path.startsWith('/hips/') || DOCUMENTS.includes(path))

/** In the order of the paths. */
export async function work(
  paths: readonly string[],
  visit: Visit,
  { look = false }: { look?: boolean } = {},
): Promise<WarmOutcome[]> {
  const outcomes = new Array<WarmOutcome>(paths.length)
  const principal = await trusted(visit)
  let next = 0
  const lane = async () => {
    for (let i = next++; i < paths.length; i = next++) outcomes[i] = await walk(paths[i], visit, principal, look)
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, paths.length) }, lane))
  return outcomes
}

/** Who asked knows the secret: they may have what the rights of any map here let a user of its release have. */
async function trusted(visit: Visit): Promise<Principal> {
  const rights = [...(await visit.edge.maps.get('', visit)).values()].map((map) => map.rights)
  return {
    sub: 'skyedge-warm',
    scopes: [READ_IMAGE],
    groups: [...new Set(rights.flatMap(({ groups = [] }) => groups))],
    dataRights: [...new Set(rights.map(({ release }) => release))],
  }
}

async function walk(path: string, visit: Visit, principal: Principal, look: boolean): Promise<WarmOutcome> {
  const base = baseOf(visit)
  const kept: Promise<unknown>[] = []
  const response = await visit.edge.respond({
    ...visit,
    request: new Request(base + path),
    method: 'GET',
    path,
    query: '',
    nowMs: visit.edge.clock(),
    hasCookie: false,
    // Documents are asked for as nobody.
    ...(path.startsWith('/hips/') && { principal }),
    keptOnly: look,
    waitUntil: (promise) => {
      kept.push(promise)
      visit.waitUntil(promise)
    },
  })
  await response.body?.cancel().catch(() => undefined)
  // It is filled when it is kept, not when it is answered.
  while (kept.length > 0) await kept.pop()?.catch(() => undefined)
  return outcomeOf(response, look)
}

function outcomeOf({ status, headers }: Response, look: boolean): WarmOutcome {
  if (status === 404 || status === 204) return 'absent'
  if (look && status === 504) return 'missing'
  if (status !== 200) return 'failed'
  const said = headers.get('cache-status') ?? ''
  if (said.includes('detail=origin-away')) return 'failed'
  return /(?:^|,\s*)(?:isolate|colo|region)\s*;\s*hit\b/.test(said) ? 'there' : 'filled'
}
