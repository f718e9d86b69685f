// The tiers beyond the isolate that this edge was given.

import type { Settings } from '../env.ts'
import { BucketTier } from './bucket-tier.ts'
import { CacheApiTier } from './cache-api-tier.ts'
import { DiskTier } from './disk-tier.ts'
import type { Tier } from './tier.ts'

export function storedTiers({ coloDisk, regionStore, secret }: Settings): readonly Tier[] {
  const colo = coloDisk ? new DiskTier({ name: 'colo', disk: coloDisk }) : new CacheApiTier()
  return regionStore ? [colo, regionTier(regionStore, secret)] : [colo]
}

const regionTier = (store: R2Bucket | Fetcher, secret: string): Tier =>
  isService(store) ? new DiskTier({ name: 'region', disk: store, secret }) : new BucketTier(store)

/** A bucket has no `fetch`; a service has every name, as it may be asked by RPC. */
const isService = (store: R2Bucket | Fetcher): store is Fetcher => 'fetch' in store && typeof store.fetch === 'function'
