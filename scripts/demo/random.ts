// Dice with a memory: the same seed gives the same survey on every machine. Small fast counter generator (sfc32,
// Doty-Humphrey), seeded by a hash of numbers and words, so that every visit and detector has its own stream.

export interface Dice {
  /** 0 <= u < 1, 32 bits. */
  uniform(): number
  between(low: number, high: number): number
  /** Mean 0, sigma 1. */
  normal(): number
  /** Whole numbers 0 to n - 1. */
  below(n: number): number
}

/** FNV-1a over the text of the parts. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h
}

export function dice(...seed: (number | string)[]): Dice {
  const text = seed.join('/')
  let a = hash(`a${text}`)
  let b = hash(`b${text}`)
  let c = hash(`c${text}`)
  let counter = 1
  const next = () => {
    const t = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return t >>> 0
  }
  for (let i = 0; i < 15; i++) next()

  let spare = Number.NaN
  const uniform = () => next() / 4294967296
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    below: (n) => Math.floor(n * uniform()),
    normal() {
      if (!Number.isNaN(spare)) {
        const kept = spare
        spare = Number.NaN
        return kept
      }
      // Box and Muller: 1 - u is never 0.
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
      const angle = 2 * Math.PI * uniform()
      spare = radius * Math.sin(angle)
      return radius * Math.cos(angle)
    },
  }
}
