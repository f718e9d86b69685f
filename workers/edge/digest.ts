// SHA-256 as the edge uses it: names of stored files, ETags, checksums of packs.

const encoder = new TextEncoder()

export const sha256 = async (said: string | Uint8Array | ArrayBuffer): Promise<Uint8Array> =>
  new Uint8Array(
    await crypto.subtle.digest('SHA-256', typeof said === 'string' ? encoder.encode(said) : (said as ArrayBuffer)),
  )

/** Two digits a byte: of the first `length` bytes, or of all. */
export function hex(bytes: Uint8Array, length = bytes.length): string {
  let digits = ''
  for (let i = 0; i < length; i++) digits += (bytes[i] + 256).toString(16).slice(1)
  return digits
}
