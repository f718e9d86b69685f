// Files that are the same for everybody: pages, scripts, styles. A fixed list of names; each is read when first asked for and
// kept, as it changes only with a new version.

import { readFile, stat } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { Hono } from 'hono'
import { freshness } from '#src/caching'
import { answer } from './answer.ts'
import type { OriginEnv } from './deps.ts'
import { contentEtag } from './digest.ts'
import { problem } from './problem.ts'

export const HTML = 'text/html; charset=utf-8'
export const SCRIPT = 'text/javascript; charset=utf-8'
export const STYLE = 'text/css; charset=utf-8'

export const TEXT = 'text/plain; charset=utf-8'

const SITE = join(import.meta.dirname, '../workers/site')
/** Of our own pages. */
export const page = (name: string) => () => join(SITE, name)
/** Of a package, wherever npm put it. */
export const fileOf = (pkg: string, name: string) => () =>
  join(dirname(findPackageJSON(pkg, import.meta.url) ?? ''), name)

/** Path -> content type and where the file lies, absolute. */
export type StaticPages = Readonly<Record<string, readonly [type: string, file: () => string]>>

interface Kept {
  readonly bytes: Uint8Array
  readonly etag: string
  readonly lastModifiedMs: number
}

export function staticPages(pages: StaticPages, clock: () => number): Hono<OriginEnv> {
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
  for (const [path, [contentType, file]] of Object.entries(pages))
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
  const path = resolve(file)
  const [bytes, { mtimeMs }] = await Promise.all([readFile(path), stat(path)])
  return { bytes, etag: contentEtag(bytes), lastModifiedMs: Math.floor(mtimeMs / 1000) * 1000 }
}
