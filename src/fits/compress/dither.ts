// The 10 000 random numbers that every FITS reader makes alike (FITS 4.0 Appendix I), and the walk through them that
// subtractive dithering takes for each tile (§10.2).

const RANDOM_COUNT = 10_000

let table: Float32Array | undefined

/** Park and Miller's generator, kept as 32-bit floats in 0..1. */
export function randomNumbers(): Float32Array {
  if (table) return table
  table = new Float32Array(RANDOM_COUNT)
  const modulus = 2147483647
  let seed = 1
  for (let i = 0; i < RANDOM_COUNT; i++) {
    seed = (16807 * seed) % modulus
    table[i] = seed / modulus
  }
  return table
}

const startOf = (row: number) => Math.trunc(Math.fround(randomNumbers()[row] * 500))

/** Where a tile is in its walk: `next` is the number to use, `row` what seeds the next lap. */
export interface DitherWalk {
  row: number
  next: number
}

/** The walk of a tile (0-based number) under ZDITHER0, moved on by `skip` pixels. */
export function ditherWalk(tile: number, ditherSeed: number, skip = 0): DitherWalk {
  const row = (((tile + ditherSeed - 1) % RANDOM_COUNT) + RANDOM_COUNT) % RANDOM_COUNT
  const walk = { row, next: startOf(row) }
  advance(walk, skip)
  return walk
}

function advance(walk: DitherWalk, pixels: number): void {
  walk.next += pixels
  while (walk.next >= RANDOM_COUNT) {
    walk.row = (walk.row + 1) % RANDOM_COUNT
    walk.next += startOf(walk.row) - RANDOM_COUNT
  }
}

/**
 * Fills `out` with the next random numbers of the walk, one a pixel, and moves it on.
 */
export function takeDither(walk: DitherWalk, out: Float32Array, count: number): void {
  const random = randomNumbers()
  let done = 0
  while (done < count) {
    const take = Math.min(count - done, RANDOM_COUNT - walk.next)
    out.set(random.subarray(walk.next, walk.next + take), done)
    done += take
    advance(walk, take)
  }
}
