// VOSI documents of the cutout service, open to everybody: clients read them before they sign in.

import { Hono } from 'hono'
import { sodaCapabilities } from '#src/services'
import { type Availability, availabilityXml, capabilitiesXml } from '#src/vosi'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { publicBase } from '../middleware.ts'

const XML = { 'Content-Type': 'text/xml; charset=utf-8' }

export function vosiRoutes(deps: OriginDeps): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()
  app.get('/soda/capabilities', (c) => {
    c.header('Cache-Control', 'public, max-age=300')
    return c.body(capabilitiesXml(sodaCapabilities(publicBase(c))), 200, XML)
  })
  app.get('/soda/availability', async (c) => {
    c.header('Cache-Control', 'no-store')
    return c.body(availabilityXml(await availability(deps)), 200, XML)
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
