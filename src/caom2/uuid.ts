// Identifiers of entities: the schema wants UUIDs. Ours are made from the entity's URI (RFC 9562 §5.8, custom), so that the
// same observation has the same ones in every document; four 32-bit FNV-1a hashes with different starts are enough for that.

const OFFSETS = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b]

export function uuidOf(uri: string): string {
  const bytes = new TextEncoder().encode(uri)
  const hex = OFFSETS.map((offset) => {
    let hash = offset
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
    // The last bytes reach all bits.
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39)
    return ((hash ^ (hash >>> 15)) >>> 0).toString(16).padStart(8, '0')
  }).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
