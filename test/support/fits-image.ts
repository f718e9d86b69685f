// Small masked images for tests: image (float, with a NaN), mask and variance, TAN coordinates; every pixel tells
// where it is (1000 y + x).

import { emptyPrimaryBytes, FitsHeader, imageHduBytes, type RawImage } from '#src/fits'
import { writeWcs } from '#src/wcs'

export const WIDTH = 64
export const HEIGHT = 48
export const CENTRE = { raDeg: 150, decDeg: 2 }
/** One arcsecond. */
export const SCALE_DEG = 1 / 3600

export const pixelAt = (x: number, y: number) => (x === 3 && y === 5 ? Number.NaN : 1000 * y + x)

function header(extra: Record<string, string | number> = {}): FitsHeader {
  const header = FitsHeader.parse(new Uint8Array())
  const cards = writeWcs({
    crval: [CENTRE.raDeg, CENTRE.decDeg],
    crpix: [WIDTH / 2 + 1, HEIGHT / 2 + 1],
    cd: [-SCALE_DEG, 0, 0, SCALE_DEG],
  })
  for (const card of cards) header.add({ ...card, comment: card.comment ?? '' })
  for (const [keyword, value] of Object.entries(extra)) header.set(keyword, value)
  return header
}

function plane<T extends Float32Array | Int32Array>(data: T, value: (x: number, y: number) => number): T {
  for (let y = 0; y < HEIGHT; y++) for (let x = 0; x < WIDTH; x++) data[y * WIDTH + x] = value(x, y)
  return data
}

const raw = (data: Float32Array | Int32Array): RawImage => ({
  bitpix: data instanceof Float32Array ? -32 : 32,
  width: WIDTH,
  height: HEIGHT,
  data,
  bscale: 1,
  bzero: 0,
})

/** A whole file: empty primary, then IMAGE, MASK, VARIANCE. */
export function maskedImage(): Uint8Array {
  const size = WIDTH * HEIGHT
  const image = plane(new Float32Array(size), pixelAt)
  const mask = plane(new Int32Array(size), (x, y) => (x % 2) + 2 * (y % 2))
  const variance = plane(new Float32Array(size), (x) => x)
  const parts = [
    emptyPrimaryBytes(FitsHeader.parse(new Uint8Array()).set('OBSERVER', 'nobody')),
    imageHduBytes(header({ BUNIT: 'nJy' }), raw(image), { name: 'IMAGE' }),
    imageHduBytes(header({ MP_BAD: 0, MP_SAT: 1 }), raw(mask), { name: 'MASK' }),
    imageHduBytes(header(), raw(variance), { name: 'VARIANCE' }),
  ]
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
