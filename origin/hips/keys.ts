// The key of a tile: a digest of what it is made from. A deepest tile's is over its images and their weights, an
// ancestor's over its children's keys, a colour tile's over its bands'. The same key under the same recipe = the same bytes.

import { hash } from 'node:crypto'

/** 96 bits. */
export const keyOf = (parts: readonly string[]): string => hash('sha256', parts.join('\n'), 'base64url').slice(0, 16)

/** In a parent's key: the child that nothing reaches. */
export const NO_KEY = '-'

export const imagesKey = (images: readonly { readonly id: string; readonly weight: number }[]): string =>
  keyOf(images.map(({ id, weight }) => `${id} ${weight}`))

/** Children 0 to 3. */
export const parentKey = (children: readonly (string | undefined)[]): string =>
  keyOf([0, 1, 2, 3].map((child) => children[child] ?? NO_KEY))
