// `/moc` and `/registry`: documents that are the same for everybody who asks the same, so equal requests share one copy. What
// is malformed goes to the origin as it came, to be told what is wrong with it.

import { DaliError, pairsOf } from '#src/dali'
import { mocAddress, parseMoc } from '#src/services'
import type { Visit } from '../visit.ts'
import { document, live } from './pass.ts'

const MOC = ['union', 'intersect', 'order', 'RESPONSEFORMAT'] as const
const OAI = ['verb', 'identifier', 'metadataPrefix', 'from', 'until', 'set', 'resumptionToken'] as const

/** By what is meant, not by how it is spelled; of the Accept header only the format is left. */
export function moc(visit: Visit): Promise<Response> {
  try {
    const pairs = pairsOf(visit.query)
    const asked = parseMoc(visit.path, pairs, visit.request.headers.get('accept'))
    if (!asked) return live(visit)
    const address = mocAddress({ ...asked, format: asked.format ?? 'fits' })
    const at = address.indexOf('?')
    // Where the address leaves the form to the client.
    const vary = parseMoc(visit.path, pairs)?.format ? [] : ['Accept']
    return document({ ...visit, path: address.slice(0, at), query: address.slice(at + 1) }, { parameters: MOC, vary })
  } catch (error) {
    if (error instanceof DaliError) return live(visit)
    throw error
  }
}

export function registry(visit: Visit): Promise<Response> {
  const names = [...new URLSearchParams(visit.query).keys()]
  const plain = new Set(names).size === names.length && names.every((name) => OAI.some((known) => known === name))
  return visit.method !== 'POST' && plain ? document(visit, { parameters: OAI }) : live(visit)
}
