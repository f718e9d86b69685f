// What is deployed to the edge, in bytes: the worker's start in every isolate is in proportion to it.

import { gzipSync } from 'node:zlib'
import { bundleWorkers } from '../../scripts/processes/worker-bundle.ts'
import type { Benchmark, Figure } from './result.ts'

export const bench: Benchmark = {
  name: 'bundle',
  about: 'size of the workers as they are deployed, plain and compressed, and what takes most of it',
  async run() {
    const bundles = await bundleWorkers('edge', 'availability')
    const figures: Figure[] = Object.entries(bundles).flatMap(([name, { code }]) => [
      { what: `${name} worker`, value: code.length / 1000, unit: 'kB' },
      { what: `${name} worker, compressed`, value: gzipSync(code).length / 1000, unit: 'kB' },
    ])
    return { name: 'bundle', figures, peers: [], ratios: [], notes: largest(bundles.edge.meta) }
  },
}

/** Rooms by bytes in the bundle. */
function largest({ outputs }: Awaited<ReturnType<typeof bundleWorkers<'edge'>>>['edge']['meta']): string[] {
  const rooms = new Map<string, number>()
  for (const [path, { bytesInOutput }] of Object.entries(Object.values(outputs)[0].inputs)) {
    const room = /(?:node_modules\/(?:@[^/]+\/)?[^/]+|(?:src|workers)\/[^/]+)/.exec(path)?.[0] ?? path
    rooms.set(room, (rooms.get(room) ?? 0) + bytesInOutput)
  }
  const sorted = [...rooms].sort((a, b) => b[1] - a[1]).slice(0, 8)
  return sorted.map(([room, bytes]) => `edge: ${room} ${(bytes / 1000).toFixed(1)} kB`)
}
