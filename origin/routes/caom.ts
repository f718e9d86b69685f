// `/caom2/{collection}/{observationID}`: one observation as XML of CAOM 2.4. What may not be seen is 404, as what is not.

import { Hono } from 'hono'
import { CAOM2_MEDIA_TYPE, observationXml } from '#src/caom2'
import { DaliError, quoted } from '#src/dali'
import { mayBeSeenBy, observation } from '../catalog/caom.ts'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { varyByCaller } from '../middleware.ts'

export function caomRoutes({ catalog, clock }: OriginDeps): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()
  app.get('/caom2/:collection/:observationId', async (c) => {
    const { collection, observationId } = c.req.param()
    const { principal } = c.var.caller
    const found = await observation(catalog, collection, observationId, mayBeSeenBy(principal, clock()))
    if (!found) throw new DaliError('not-found', `there is no observation ${quoted(`${collection}/${observationId}`)}`)
    c.header('Cache-Control', principal.sub === undefined ? 'public, max-age=60' : 'private, max-age=60')
    varyByCaller(c)
    return c.body(observationXml(found), 200, { 'Content-Type': `${CAOM2_MEDIA_TYPE}; charset=utf-8` })
  })
  return app
}
