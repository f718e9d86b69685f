// Publisher dataset identifiers: `ivo://{authority}/{release}?{productId}` (IVOA Identifiers 2.0 §4.1).
// Names keep to the unreserved characters of a URI, so that an identifier is the same in a query, a path and a file name.

import { ObscoreError } from './errors.ts'

export interface ProductName {
  readonly authority: string
  readonly release: string
  readonly productId: string
}

const MAX_NAME = 200

/** A release, a collection or a product id: letters, digits and `. _ - ~`, the first one a letter or digit. */
export function isName(text: string): boolean {
  return text.length <= MAX_NAME && /^[A-Za-z0-9][A-Za-z0-9._~-]*$/.test(text)
}

export function publisherDid({ authority, release, productId }: ProductName): string {
  for (const [what, name] of Object.entries({ authority, release, productId }))
    if (!isName(name))
      throw new ObscoreError(
        'bad-identifier',
        `${what} is ${JSON.stringify(name)}, expected letters, digits and . _ - ~`,
      )
  return `ivo://${authority}/${release}?${productId}`
}

/** undefined where the text is no identifier of that form; scheme and authority in any case. */
export function parsePublisherDid(text: string): ProductName | undefined {
  const match = /^ivo:\/\/([^/?#]+)\/([^/?#]+)\?([^?#]+)$/i.exec(text)
  if (!match?.slice(1).every(isName)) return undefined
  return { authority: match[1].toLowerCase(), release: match[2], productId: match[3] }
}

/**
 * The publisher DID that a client means: scheme and authority in any case, percent-escaped once more than needed (an address
 * put into an address), blanks around it. undefined where it is no identifier of ours.
 */
export function readPublisherDid(text: string): string | undefined {
  const plain = text.trim()
  const name = parsePublisherDid(/^ivo%3a/i.test(plain) ? unescaped(plain) : plain)
  return name && publisherDid(name)
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Any text as a product id: what may not stand in one becomes `_`. Several texts may become the same one. */
export function cleanProductId(text: string): string {
  const clean = text.replace(/[^A-Za-z0-9._~-]+/g, '_').replace(/^[^A-Za-z0-9]+/, '')
  return clean.slice(0, MAX_NAME) || 'unnamed'
}
