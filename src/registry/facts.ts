// What records are made of: the node, its services as their own definitions describe them, and its data as everybody may
// see them. Nothing here that a stranger may not know.

import type { Capability } from '#src/vosi'
import type { TableSet } from '#src/votable'
import type { CoverageFacts } from './coverage.ts'

export interface NodeFacts {
  /** Public address, without a slash at its end. */
  readonly base: string
  readonly authority: string
  readonly title: string
  readonly organisation: string
  readonly contact: { readonly name: string; readonly email: string }
  readonly licenceUrl?: string
  /** Records of one answer of the registry. */
  readonly pageSize: number
  readonly services: Readonly<Record<'tap' | 'sia' | 'soda' | 'datalink', readonly Capability[]>>
  readonly tables: TableSet
  /** Of everything that is open. */
  readonly coverage: CoverageFacts
  readonly releases: readonly DataFacts[]
  readonly collections: readonly DataFacts[]
  readonly maps: readonly MapFacts[]
}

export interface DataFacts {
  readonly release: string
  /** Absent for a release as a whole. */
  readonly collection?: string
  readonly title?: string
  readonly description?: string
  readonly releasedMs?: number
  readonly coverage: CoverageFacts
  readonly facilities: readonly string[]
  readonly instruments: readonly string[]
  /** Images that are open. */
  readonly products: number
  /** Not all of it is open to everybody. */
  readonly restricted: boolean
}

export interface MapFacts {
  /** `demo/dr1/r`. */
  readonly map: string
  readonly title: string
  readonly description?: string
  readonly creator?: string
  readonly creatorDid: string
  readonly release: string
  readonly collections: readonly string[]
  readonly bands: readonly string[]
  readonly order: number
  readonly publicOrder: number
  readonly publicUrl: string
  /** The endpoint with every order, for those with rights; absent where the public one has every order. */
  readonly fullUrl?: string
  readonly releasedMs: number
  readonly coverage: CoverageFacts
}
