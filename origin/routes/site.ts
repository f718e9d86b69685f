// The sky explorer and what it loads: our own pages from workers/site, Aladin Lite as its own file from its package.

import type { Hono } from 'hono'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { fileOf, HTML, page, SCRIPT, STYLE, type StaticPages, staticPages, TEXT } from '../static-pages.ts'

const PAGES: StaticPages = {
  '/': [HTML, page('index.html')],
  '/index.html': [HTML, page('index.html')],
  '/site/app.js': [SCRIPT, page('app.js')],
  '/site/node.js': [SCRIPT, page('node.js')],
  '/site/position.js': [SCRIPT, page('position.js')],
  '/site/style.css': [STYLE, page('style.css')],
  '/site/aladin/aladin.js': [SCRIPT, fileOf('aladin-lite', 'dist/aladin.js')],
  '/site/aladin/LICENSE': [TEXT, fileOf('aladin-lite', 'LICENSE')],
}

export const siteRoutes = ({ clock }: OriginDeps): Hono<OriginEnv> => staticPages(PAGES, clock)
