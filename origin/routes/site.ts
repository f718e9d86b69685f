// The sky explorer and what it loads: our own pages from workers/site, Aladin Lite as its own file from its package.

import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import type { Hono } from 'hono'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { HTML, SCRIPT, STYLE, type StaticPages, staticPages } from '../static-pages.ts'

export const SITE = join(import.meta.dirname, '../../workers/site')

const page = (name: string) => () => join(SITE, name)
/** Its package, wherever npm put it. */
const aladin = (name: string) => () => join(dirname(findPackageJSON('aladin-lite', import.meta.url) ?? ''), name)

const PAGES: StaticPages = {
  '/': [HTML, page('index.html')],
  '/index.html': [HTML, page('index.html')],
  '/site/app.js': [SCRIPT, page('app.js')],
  '/site/node.js': [SCRIPT, page('node.js')],
  '/site/position.js': [SCRIPT, page('position.js')],
  '/site/style.css': [STYLE, page('style.css')],
  '/site/aladin/aladin.js': [SCRIPT, aladin('dist/aladin.js')],
  '/site/aladin/LICENSE': ['text/plain; charset=utf-8', aladin('LICENSE')],
}

export const siteRoutes = ({ clock }: OriginDeps): Hono<OriginEnv> => staticPages(PAGES, clock)
