// CHECKSUM and DATASUM (FITS 4.0 §4.4.2.7 and Appendix J): the 1's-complement sum of 32-bit big-endian words. Sums of
// parts combine, so a stream can add as it goes, but the cards stand in front of the data.

/** The sum of these bytes (a multiple of 4) added to a running one. */
export function sum32(bytes: Uint8Array, sum = 0): number {
  let high = sum >>> 16
  let low = sum & 0xffff
  for (let i = 0; i < bytes.length; i += 4) {
    high += (bytes[i] << 8) | bytes[i + 1]
    low += (bytes[i + 2] << 8) | bytes[i + 3]
    // Halves stay far below 2^53; folding now and then keeps them small integers.
    if ((i & 0x3ffc) === 0) {
      const carryHigh = high >>> 16
      const carryLow = low >>> 16
      high = (high & 0xffff) + carryLow
      low = (low & 0xffff) + carryHigh
    }
  }
  while (high > 0xffff || low > 0xffff) {
    const carryHigh = high >>> 16
    const carryLow = low >>> 16
    high = (high & 0xffff) + carryLow
    low = (low & 0xffff) + carryHigh
  }
  return ((high << 16) | low) >>> 0
}

/** A sum as the 16 letters of a CHECKSUM value; `complement` makes the whole HDU add up to -0. */
export function encodeChecksum(sum: number, complement = true): string {
  const value = complement ? ~sum >>> 0 : sum
  const letters = new Uint8Array(16)
  for (let byte = 0; byte < 4; byte++) {
    const quarter = (value >>> (24 - 8 * byte)) & 0xff
    const base = (quarter >> 2) + 0x30
    const parts = [base + (quarter & 3), base, base, base]
    // Letters and digits only: punctuation is dodged in pairs, which keeps the sum.
    for (let again = true; again; ) {
      again = false
      for (let i = 0; i < 4; i += 2) {
        if (!isPunctuation(parts[i]) && !isPunctuation(parts[i + 1])) continue
        parts[i]++
        parts[i + 1]--
        again = true
      }
    }
    for (let i = 0; i < 4; i++) letters[4 * i + byte] = parts[i]
  }
  // Shifted one place to the right, for the quote in front of a card's value.
  return String.fromCharCode(letters[15], ...letters.subarray(0, 15))
}

const isPunctuation = (code: number) => (code >= 0x3a && code <= 0x40) || (code >= 0x5b && code <= 0x60)
