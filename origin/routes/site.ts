// The sky explorer and what it loads: our own pages from workers/site, Aladin Lite as its own file from its package.
// A fixed list of names; all are read when first asked for and kept, as they change only with a new version.

import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { Hono } from 'hono'
import { freshness } from '#src/caching'
import { answer } from '../answer.ts'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { problem } from '../problem.ts'

const SITE = join(import.meta.dirname, '../../workers/site')

const HTML = 'text/html; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'

/** Path -> content type and where the file lies. */
const PAGES: Readonly<Record<string, readonly [type: string, file: () => string]>> = {
  '/': [HTML, () => 'index.html'],
  '/index.html': [HTML, () => 'index.html'],
  '/site/app.js': [SCRIPT, () => 'app.js'],
  '/site/node.js': [SCRIPT, () => 'node.js'],
  '/site/position.js': [SCRIPT, () => 'position.js'],
  '/site/style.css': ['text/css; charset=utf-8', () => 'style.css'],
  '/site/aladin/aladin.js': [SCRIPT, () => join(aladin(), 'dist/aladin.js')],
  '/site/aladin/LICENSE': ['text/plain; charset=utf-8', () => join(aladin(), 'LICENSE')],
}

/** Its package, wherever npm put it. */
const aladin = () => dirname(findPackageJSON('aladin-lite', import.meta.url) ?? '')

interface Kept {
  readonly bytes: Uint8Array
  readonly etag: string
  readonly lastModifiedMs: number
}

export function siteRoutes({ clock }: OriginDeps): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()
  const kept = new Map<string, Promise<Kept>>()

  const load = (file: string): Promise<Kept> => {
    const known = kept.get(file)
    if (known) return known
    const read = readPage(file)
    kept.set(file, read)
    read.catch(() => kept.delete(file))
    return read
  }
  for (const [path, [contentType, file]] of Object.entries(PAGES))
    app.on(['GET', 'HEAD'], path, async (c) => {
      const page = await load(file()).catch(() => undefined)
      if (!page) return problem(c, 404, 'this page is not installed')
      // The page says in itself what it may load; here is only what a page cannot say.
      if (contentType === HTML) c.header('Content-Security-Policy', "frame-ancestors 'self'")
      const open = (start: number, end: number) => page.bytes.subarray(start, end)
      const lifetime = freshness('description', { outcome: 'allow', reason: 'public', public: true }, clock())
      return answer(c, { ...page, contentType, size: page.bytes.length, open }, lifetime)
    })
  return app
}

async function readPage(file: string): Promise<Kept> {
  const path = resolve(SITE, file)
  const [bytes, { mtimeMs }] = await Promise.all([readFile(path), stat(path)])
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`
  return { bytes, etag, lastModifiedMs: Math.floor(mtimeMs / 1000) * 1000 }
}
