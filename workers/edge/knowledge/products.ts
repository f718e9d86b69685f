// What the edge must know of a product before it may answer for it: its rights and the generation of its bytes.

import type { ProductRights } from '#src/rights'
import { parseRights } from './rights.ts'

export interface ProductFacts {
  readonly generation: string
  readonly rights: ProductRights
}

/** `undefined`: there is no such product (the origin's 404, kept as JSON `null`). */
export function parseProduct(value: unknown): ProductFacts | undefined {
  if (value === null) return undefined
  const { generation, rights } = value as Record<string, unknown>
  if (typeof generation !== 'string' || generation === '') throw new TypeError('the product has no generation')
  return { generation, rights: parseRights(rights) }
}
