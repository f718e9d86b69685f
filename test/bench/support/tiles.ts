// The tiles of the edge benchmarks: where they are, and their bytes.

export const TILE_BYTES = 50_000
/** 512 x 512 float32 and a header. */
export const FITS_BYTES = 1_054_080
export const MAP = 'bench'

export const tilePath = (npix: number, format = 'png') =>
  `/hips/public/${MAP}/Norder9/Dir${Math.floor(npix / 10_000) * 10_000}/Npix${npix}.${format}`

/** Bytes that do not compress, like a PNG's. */
export function tileBytes(length = TILE_BYTES): Buffer {
  const bytes = Buffer.alloc(length)
  let state = 12345
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}

/** For wrk: the next tile each time, of 12 * 4^9 at this order. */
export const everyTile = (first: number) => `
local npix = ${first}
request = function()
  npix = npix + 1
  return wrk.format('GET', string.format('/hips/public/${MAP}/Norder9/Dir%d/Npix%d.png', npix - npix % 10000, npix))
end`
