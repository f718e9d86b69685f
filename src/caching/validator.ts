// ETags and HTTP dates (RFC 9110 §8.8). Tags are strong: they are made from what determines the bytes,
// a generation and an address, so edge and origin write the same one without reading the body.

/** A strong ETag of the parts, e.g. a generation and a path. 106 bits, not meant against an adversary. */
export function etagOf(...parts: readonly string[]): string {
  const text = parts.map((part) => `${part.length}:${part}`).join('')
  return `"${hash53(text, 0x9e3779b9)}${hash53(text, 0x85ebca6b)}"`
}

/** Two 32-bit multiplicative mixes folded to 53 bits (the cyrb53 construction), in base 36. */
function hash53(text: string, seed: number): string {
  let a = 0xdeadbeef ^ seed
  let b = 0x41c6ce57 ^ seed
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 2654435761)
    b = Math.imul(b ^ unit, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36)
}

/** IMF-fixdate; whole seconds, as HTTP has no others. */
export const httpDate = (ms: number): string => new Date(Math.floor(ms / 1000) * 1000).toUTCString()

/** Milliseconds of an HTTP date, `undefined` when it is none (RFC 9110 §5.6.7: then the header is ignored). */
export function parseHttpDate(text: string): number | undefined {
  if (!/^[A-Za-z]{3,9},? /.test(text)) return undefined
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}

/** The members of an `If-None-Match`/`If-Match` list. Commas may stand inside the quotes. */
export const etagsIn = (header: string): string[] => header.match(/(?:W\/)?"[^"]*"/g) ?? []

export const weak = (etag: string): string => (etag.startsWith('W/') ? etag.slice(2) : etag)
