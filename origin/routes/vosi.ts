// VOSI documents of every service, open to everybody: clients read them before they sign in.

import { Hono } from 'hono'
import { DaliError, quoted, usageError } from '#src/dali'
import { datalinkCapabilities, siaCapabilities, sodaCapabilities, tapCapabilities } from '#src/services'
import { type Availability, availabilityXml, type Capability, capabilitiesXml, tablesXml, tableXml } from '#src/vosi'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { publicBase } from '../middleware.ts'

const XML = { 'Content-Type': 'text/xml; charset=utf-8' }

/** What a service says of itself, by the first part of its path. */
const SERVICES: Readonly<Record<string, (base: string) => Capability[]>> = {
  soda: sodaCapabilities,
  datalink: datalinkCapabilities,
  tap: tapCapabilities,
  sia: siaCapabilities,
}

export function vosiRoutes(deps: OriginDeps): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()
  for (const [service, capabilities] of Object.entries(SERVICES)) {
    app.get(`/${service}/capabilities`, (c) => {
      c.header('Cache-Control', 'public, max-age=300')
      return c.body(capabilitiesXml(capabilities(publicBase(c))), 200, XML)
    })
    app.get(`/${service}/availability`, async (c) => {
      c.header('Cache-Control', 'no-store')
      return c.body(availabilityXml(await availability(deps)), 200, XML)
    })
  }
  app.get('/tap/tables', (c) => {
    const detail = c.req.query('detail')
    if (detail !== undefined && detail !== 'min' && detail !== 'max')
      throw usageError(`detail is min or max, got ${quoted(detail)}`, 'detail')
    c.header('Cache-Control', 'public, max-age=300')
    return c.body(tablesXml(deps.queries.tables, { detail }), 200, XML)
  })
  app.get('/tap/tables/:name', (c) => {
    const xml = tableXml(deps.queries.tables, c.req.param('name'))
    if (xml === undefined) throw new DaliError('not-found', `there is no table ${quoted(c.req.param('name'))}`)
    c.header('Cache-Control', 'public, max-age=300')
    return c.body(xml, 200, XML)
  })
  return app
}

/** What is true now: the catalogue is asked. */
async function availability({ catalog, startedMs, log }: OriginDeps): Promise<Availability> {
  try {
    await catalog.collections()
    return { available: true, upSinceMs: startedMs }
  } catch (error) {
    log.error({ err: error }, 'the catalogue cannot be read')
    return { available: false, notes: ['the catalogue cannot be read'] }
  }
}
