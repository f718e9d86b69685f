// The secret that edges share with the origin, as commands find it: on an edge's machine there is no origin that made it.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from './usage.ts'

/** From the environment, from what systemd hands over (LoadCredential=), or from the first folder that has it. */
export async function edgeSecret(folders: readonly string[]): Promise<string> {
  const given = process.env.EDGE_SECRET?.trim()
  if (given) return given
  const credentials = process.env.CREDENTIALS_DIRECTORY
  for (const folder of [...(credentials ? [credentials] : []), ...folders]) {
    const text = await readFile(join(folder, 'secret'), 'utf8').catch(() => undefined)
    if (text?.trim()) return text.trim()
  }
  throw new UsageError('no secret to share with the origin: set EDGE_SECRET, or SKYEDGE_DATA to the folder that has it')
}
