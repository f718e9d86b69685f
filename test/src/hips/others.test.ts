import { describe, expect, it } from 'vitest'
import { isTileOf, readOthersMap, tileWidthOf } from '#src/hips'

const SOUND = {
  creator_did: 'ivo://CDS/P/DSS2/color',
  obs_title: 'DSS colored',
  hips_release_date: '2019-05-07T10:55Z',
  hips_status: 'public master clonableOnce',
  hips_frame: 'galactic',
  hips_order: '9',
  hips_tile_format: 'jpeg fits',
}
const text = (more: Record<string, string | undefined> = {}) =>
  Object.entries({ ...SOUND, ...more })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('')

describe("others' properties", () => {
  it('say what a node needs to know, with the defaults of the standard', () => {
    expect(readOthersMap(text())).toMatchObject({
      order: 9,
      tileWidth: 512,
      formats: ['jpg', 'fits'],
      frame: 'galactic',
      status: { access: 'public', copy: 'master', cloning: 'clonableOnce' },
    })
    const more = { hips_tile_width: '64', hips_order_min: '3', hips_pixel_cut: '0 100 asinh', hips_status: undefined }
    expect(readOthersMap(text(more))).toMatchObject({
      tileWidth: 64,
      orderMin: 3,
      pixelCut: { low: 0, high: 100, stretch: 'asinh' },
      status: { copy: 'master' },
    })
  })

  it.each([
    [{ creator_did: undefined }, 'creator_did, which is mandatory'],
    [{ hips_order: undefined }, 'hips_order, which is mandatory'],
    [{ hips_order: '30' }, 'hips_order is 0 to 24'],
    [{ hips_order_min: '10' }, 'hips_order_min is 0 to 9'],
    [{ hips_tile_width: '500' }, 'power of two'],
    [{ hips_tile_width: '8192' }, 'hips_tile_width is 64 to 4096'],
    [{ hips_tile_format: 'tsv' }, 'no tiles of hips_tile_format "tsv"'],
    [{ hips_frame: 'constructor' }, 'hips_frame'],
    [{ hips_status: 'public private' }, 'hips_status cannot be read'],
    [{ hips_cube_depth: '6' }, 'is a cube'],
    [{ dataproduct_type: 'spectral-cube' }, 'is a cube'],
    [{ dataproduct_type: 'catalog' }, 'only images'],
  ])('are refused with %j', (more, message) => {
    expect(() => readOthersMap(text(more))).toThrow(message)
  })
})

describe('the first bytes of a tile', () => {
  const bytes = (...parts: (string | number[])[]) =>
    Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((c) => c.charCodeAt(0)) : part)))
  const png = bytes('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR', [0, 0, 2, 0, 0, 0, 2, 0, 8])
  const jpg = bytes([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 17, 8, 1, 0, 2, 0, 3, 0, 0])
  const webp = bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8X', [10, 0, 0, 0, 0, 0, 0, 0, 0xff, 1, 0, 0xff, 1, 0])
  const fits = bytes('SIMPLE  =                    T'.padEnd(80), 'NAXIS1  =                  512 / x'.padEnd(80))

  it.each([
    ['png', png, 512],
    ['jpg', jpg, 512],
    ['webp', webp, 512],
    ['fits', fits, 512],
  ] as const)('tell a %s tile and its width', (format, tile, width) => {
    expect(isTileOf(format, tile)).toBe(true)
    expect(tileWidthOf(format, tile)).toBe(width)
    for (const other of ['png', 'jpg', 'webp', 'fits'] as const) expect(isTileOf(other, tile)).toBe(other === format)
  })

  it('tell a page that says 404, nothing, and a torn file', () => {
    for (const format of ['png', 'jpg', 'webp', 'fits'] as const)
      for (const none of [bytes('<!doctype html><title>Not found'), bytes(), bytes('S'), bytes([0xff, 0xd8])])
        expect([isTileOf(format, none), tileWidthOf(format, none)]).toEqual([false, undefined])
  })
})
