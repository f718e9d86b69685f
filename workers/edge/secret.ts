// Who knows the secret that edges share with the origin: the operator's own commands, and edges of one region. To
// everybody else what it opens does not exist.

import { EDGE_HEADER } from '#src/services'
import { sha256 } from './digest.ts'
import type { Visit } from './visit.ts'

export const knowsSecret = ({ request, edge }: Visit): Promise<boolean> =>
  saysSecret(request.headers, edge.settings.secret)

export async function saysSecret(headers: Headers, secret: string): Promise<boolean> {
  const said = headers.get(EDGE_HEADER)
  if (said === null) return false
  const [a, b] = await Promise.all([sha256(said), sha256(secret)])
  // Of equal length whatever was sent, and compared to the end: the time tells nothing.
  let differ = 0
  for (let i = 0; i < a.length; i++) differ |= a[i] ^ b[i]
  return differ === 0
}
