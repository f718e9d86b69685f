// `/moc`: the coverage maps of the archive, and unions and intersections of them (MOC 2.0). `/moc` alone is the list of what
// the caller may ask for.

import { type Context, Hono } from 'hono'
import { BY_CALLER } from '#src/caching'
import { pairsOf } from '#src/dali'
import { isAnonymous } from '#src/rights'
import { MOC_MEDIA_TYPES, mocUrl, parseMoc } from '#src/services'
import { answer } from '../answer.ts'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { contentEtag } from '../digest.ts'
import { publicBase } from '../middleware.ts'
import { MocComposer } from '../moc/compose.ts'
import { type Asking, namesOf } from '../moc/visible.ts'

/** A product may be given other rights at any time. */
const LIFETIME_S = 60

export function mocRoutes({ catalog, coverage, clock }: OriginDeps): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()
  const composer = new MocComposer()

  async function serve(c: Context<OriginEnv>): Promise<Response> {
    const { pathname, search } = new URL(c.req.url)
    const pairs = pairsOf(search)
    const request = parseMoc(pathname, pairs, c.req.header('accept'))
    const asking: Asking = { principal: c.var.caller.principal, nowMs: clock() }
    const archive = { maps: await catalog.maps(), parts: await coverage.parts() }
    const explicit =
      /\.(?:fits|txt|ascii|json)$/.test(pathname) || pairs.some(([name]) => name.toUpperCase() === 'RESPONSEFORMAT')
    const entity = request
      ? {
          ...composer.answer({ ...request, format: request.format ?? 'fits' }, archive, asking),
          contentType: MOC_MEDIA_TYPES[request.format ?? 'fits'],
        }
      : index(c, namesOf(archive, asking))
    const { bytes, etag, contentType } = entity
    const everybody = isAnonymous(asking.principal)
    return answer(
      c,
      {
        etag,
        ...('modifiedMs' in entity && { lastModifiedMs: entity.modifiedMs }),
        contentType,
        size: bytes.length,
        open: (start, end) => bytes.subarray(start, end),
      },
      {
        cacheControl: everybody ? `public, max-age=${LIFETIME_S}` : `private, max-age=${LIFETIME_S}, must-revalidate`,
        vary: [...(explicit ? [] : ['Accept']), ...BY_CALLER],
      },
    )
  }

  app.on(['GET', 'HEAD'], ['/moc', '/moc/*'], serve)
  return app
}

function index(c: Context<OriginEnv>, names: ReturnType<typeof namesOf>) {
  const base = publicBase(c)
  const asked = `${c.req.query('RESPONSEFORMAT') ?? ''} ${c.req.header('accept') ?? ''}`
  const text = /ascii|text\/plain/.test(asked)
  const list = names.map(({ kind, name }) => ({ kind, name, fits: mocUrl(base, { kind, name }) }))
  const body = text
    ? list.map(({ kind, name, fits }) => `${kind}:${name} ${fits}\n`).join('')
    : `${JSON.stringify({ mocs: list }, null, 2)}\n`
  const bytes = new TextEncoder().encode(body)
  return { bytes, etag: contentEtag(bytes), contentType: text ? MOC_MEDIA_TYPES.ascii : MOC_MEDIA_TYPES.json }
}
