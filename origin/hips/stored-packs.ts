// Packs that are not on this machine (any more), read from the object store that they were published to.

import { type RangeSource, StorageError } from '#src/storage'
import type { MapRecord } from '../catalog/store.ts'
import { fileRange } from '../storage/file-range.ts'
import { openStore } from '../storage/open-store.ts'
import type { AwsSettings } from '../storage/s3-address.ts'

/** Somebody waits for the tile. */
const LIMITS = { attempts: 2, timeoutMs: 10_000 }

/** How a pack of a map is opened: from its file, and where there is none from the store. */
export function packOpener({ packs, generation }: MapRecord, aws: AwsSettings) {
  return (path: string, name: string): RangeSource => {
    const local = fileRange(path, name)
    if (!packs || packs.generation !== generation) return local
    return firstOf(local, () => openStore(packs.store, aws, LIMITS).open(`${packs.prefix}/${name}`))
  }
}

/** The second where the first is absent; every read of one version is of the same one. */
function firstOf(first: RangeSource, second: () => RangeSource): RangeSource {
  let chosen = first
  return {
    key: first.key,
    get etag() {
      return chosen.etag
    },
    async read(start, end, options) {
      try {
        return await chosen.read(start, end, options)
      } catch (error) {
        const gone = error instanceof StorageError && error.code === 'absent'
        if (!gone || chosen !== first) throw error
        chosen = second()
        return chosen.read(start, end, options)
      }
    },
  }
}
