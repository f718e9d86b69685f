// The description of all services: `/openapi.json`, and the pages at `/docs` with Swagger UI from its own package. Nothing is
// loaded from outside of the node.

import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { Hono } from 'hono'
import { freshness } from '#src/caching'
import { apiDescription } from '#src/services'
import { answer } from '../answer.ts'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { contentEtag } from '../digest.ts'
import { publicBase } from '../middleware.ts'
import { fileOf, HTML, page, SCRIPT, STYLE, type StaticPages, staticPages, TEXT } from '../static-pages.ts'

const swagger = (name: string) => fileOf('swagger-ui-dist', name)

const PAGES: StaticPages = {
  '/docs': [HTML, page('docs.html')],
  '/docs/docs.js': [SCRIPT, page('docs.js')],
  '/docs/docs.css': [STYLE, page('docs.css')],
  '/docs/swagger-ui.css': [STYLE, swagger('swagger-ui.css')],
  '/docs/swagger-ui-bundle.js': [SCRIPT, swagger('swagger-ui-bundle.js')],
  '/docs/LICENSE': [TEXT, swagger('LICENSE')],
}

export function docsRoutes({ clock }: OriginDeps): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()
  const version = ownVersion()
  app.get('/openapi.json', (c) => {
    const bytes = new TextEncoder().encode(`${JSON.stringify(apiDescription(publicBase(c), version))}\n`)
    const open = (start: number, end: number) => bytes.subarray(start, end)
    const lifetime = freshness('description', { outcome: 'allow', reason: 'public', public: true }, clock())
    const entity = { etag: contentEtag(bytes), contentType: 'application/json', size: bytes.length, open }
    return answer(c, entity, lifetime)
  })
  app.get('/docs/', (c) => c.redirect('/docs', 308))
  app.route('/', staticPages(PAGES, clock))
  return app
}

function ownVersion(): string {
  const manifest = findPackageJSON(import.meta.url)
  return manifest ? JSON.parse(readFileSync(manifest, 'utf8')).version : '0'
}
