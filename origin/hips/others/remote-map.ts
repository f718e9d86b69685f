// What another node says of its map, before anything of it is copied: that it may be, and that the node tells a file that
// is not there from one that is.

import { copyRefusal, MAX_PROPERTIES, type OthersMap, readOthersMap } from '#src/hips'
import { OthersError } from './errors.ts'
import type { RemoteNode } from './remote-node.ts'

/** The properties of a node's map, which may be copied. */
export async function describeRemote(node: RemoteNode): Promise<{ text: string; others: OthersMap }> {
  const file = await node.get('properties', { maxBytes: MAX_PROPERTIES })
  if (file.kind !== 'found') throw new OthersError('bad-answer', 'the address has no properties, so it is no HiPS')
  const text = new TextDecoder().decode(file.bytes)
  if (/^\s*</.test(text)) throw new OthersError('bad-answer', 'the node answers a page where properties should be')
  const others = readOthersMap(text)
  const refusal = copyRefusal(others.status)
  if (refusal) throw new OthersError('not-clonable', `the map must not be copied: ${refusal}`)
  return { text, others }
}

/** `ivo://CDS/P/DSS2/color` and `ivo://org.rubinobs/dp1?path=deep/r` as names of maps. */
export function mapNameOf(creatorDid: string): string {
  const parts = creatorDid
    .replace(/^ivo:\/\//i, '')
    .toLowerCase()
    .split(/[/?=&]+/)
  return parts
    .map((part) => part.replace(/[^a-z0-9_.-]+/g, '-').replace(/^[^a-z0-9]+/, ''))
    .filter((part) => part !== '')
    .slice(0, 6)
    .join('/')
}

/** A tile that cannot exist: a node that has it has everything. */
export async function refuseSoft404(node: RemoteNode, { order, formats }: OthersMap): Promise<void> {
  const npix = 12 * 4 ** order
  const path = `Norder${order}/Dir${10_000 * Math.floor(npix / 10_000)}/Npix${npix}.${formats[0]}`
  const file = await node.get(path, { maxBytes: 16 << 20 })
  if (file.kind === 'found')
    throw new OthersError(
      'bad-answer',
      `the node answers 200 for ${path}, which cannot exist: what is missing must be 404`,
    )
}
