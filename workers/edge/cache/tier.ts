// What a cache of the edge is, wherever it lies: the isolate's memory, the data centre's disk, the region's store.
// A lookup goes down from the nearest; what is found below is raised above. What a tier keeps is neutral: whole
// bodies with what describes them, no CORS, nobody's identity. Keys come from `src/caching`.

import type { CacheName } from '#src/caching'
import type { Reply } from '../reply.ts'

export interface Tier {
  readonly name: CacheName
  /** `undefined` also when the tier is out of order: a cache that fails is a cache that has nothing. */
  match(key: string): Promise<Reply | undefined>
  /** False when it could not be kept; never throws. A stream that is handed in is used up either way. */
  put(key: string, reply: Reply): Promise<boolean>
}
