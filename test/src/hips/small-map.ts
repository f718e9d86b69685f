// A small HiPS on disk, made with our rooms only: one star of known place, 64-pixel tiles of orders 0 to 4, FITS and
// PNG, Allsky, Moc.fits and properties. What judges it is elsewhere.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { FitsHeader, imageHduBytes } from '#src/fits'
import { coneCells, tileGrid } from '#src/healpix'
import {
  allskyLayout,
  allskyPath,
  hipsMetrics,
  type Properties,
  parentOf,
  parseProperties,
  pixelScaleDeg,
  quadrantOf,
  type StoredFile,
  skyFractionText,
  type TileFormat,
  tileCards,
  tilePath,
  writeProperties,
} from '#src/hips'
import { downsample2, encodePng, makePlane, type Plane } from '#src/image'
import { type Moc, mocOf, skyFraction, writeMocFits } from '#src/moc'
import { nodeRuntime } from '../../../origin/runtime.ts'

export const WIDTH = 64
export const DEEPEST = 4
/** The star: radians, its width about two pixels of order 4. */
export const STAR = { lonRad: 1.23, latRad: -0.55, sigmaRad: 0.0018, peak: 200 }
const FIELD_RAD = 0.09

function starTile(order: number, npix: number): Plane {
  const plane = makePlane(WIDTH, WIDTH)
  const grid = tileGrid(order, npix, WIDTH)
  const row = new Float64Array(3 * WIDTH)
  const { lonRad, latRad, sigmaRad, peak } = STAR
  const star = [Math.cos(latRad) * Math.cos(lonRad), Math.cos(latRad) * Math.sin(lonRad), Math.sin(latRad)]
  for (let j = 0; j < WIDTH; j++) {
    grid.vectorRow(j, row)
    for (let i = 0; i < WIDTH; i++) {
      const away = Math.hypot(row[3 * i] - star[0], row[3 * i + 1] - star[1], row[3 * i + 2] - star[2])
      plane.data[j * WIDTH + i] = away > FIELD_RAD ? Number.NaN : 10 + peak * Math.exp(-((away / sigmaRad) ** 2) / 2)
    }
  }
  return plane
}

/** Tiles of every order, children before parents. */
function pyramid(): Map<string, { order: number; npix: number; plane: Plane }> {
  const tiles = new Map<string, { order: number; npix: number; plane: Plane }>()
  const add = (order: number, npix: number, plane: Plane) => tiles.set(`${order}/${npix}`, { order, npix, plane })
  for (const npix of coneCells(DEEPEST, STAR.lonRad, STAR.latRad, FIELD_RAD))
    add(DEEPEST, npix, starTile(DEEPEST, npix))
  for (let order = DEEPEST; order > 0; order--) {
    for (const { npix, plane } of [...tiles.values()].filter((tile) => tile.order === order)) {
      const parent = parentOf(npix)
      const found = tiles.get(`${order - 1}/${parent}`)?.plane ?? makePlane(WIDTH, WIDTH)
      downsample2(plane, quadrantOf(npix), found)
      add(order - 1, parent, found)
    }
  }
  return tiles
}

function fitsBytes(plane: Plane, header: FitsHeader): Uint8Array {
  const raw = { bitpix: -32 as const, bscale: 1, bzero: 0, ...plane, data: Float32Array.from(plane.data) }
  return imageHduBytes(header, raw, { primary: true, runtime: nodeRuntime })
}

/** Grey and alpha, so that what is undefined is seen through. */
function pngBytes(plane: Plane): Uint8Array {
  const pixels = new Uint8Array(2 * plane.data.length)
  plane.data.forEach((value, k) => {
    if (!Number.isNaN(value)) pixels.set([Math.min(255, value), 255], 2 * k)
  })
  return encodePng(plane.width, plane.height, 2, pixels, nodeRuntime, { bottomUp: true })
}

function header(order: number, npix: number): FitsHeader {
  const cards = new FitsHeader()
  for (const { keyword, value, comment } of tileCards(order, npix, WIDTH)) cards.set(keyword, value, comment)
  return cards
}

export interface SmallMap {
  readonly files: readonly StoredFile[]
  readonly moc: Moc
  readonly properties: Properties
}

export function writeSmallMap(folder: string): SmallMap {
  const files: StoredFile[] = []
  const write = (path: string, bytes: Uint8Array | string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), bytes)
    files.push({ path, sizeBytes: bytes.length })
  }
  const layout = allskyLayout(3, WIDTH)
  const allsky = makePlane(layout.width, layout.height)
  const deepest: number[] = []
  for (const { order, npix, plane } of pyramid().values()) {
    const bytes: Record<string, Uint8Array> = { fits: fitsBytes(plane, header(order, npix)), png: pngBytes(plane) }
    for (const format of ['fits', 'png'] as TileFormat[]) write(tilePath({ order, npix, format }), bytes[format])
    if (order === DEEPEST) deepest.push(npix)
    if (order !== 3) continue
    const { x, bottom } = layout.placeFits(npix)
    for (let j = 0; j < WIDTH; j++)
      allsky.data.set(plane.data.subarray(j * WIDTH, (j + 1) * WIDTH), (bottom + j) * layout.width + x)
  }
  write(allskyPath(3, 'fits'), fitsBytes(allsky, new FitsHeader()))
  write(allskyPath(3, 'png'), pngBytes(allsky))

  const moc = mocOf(DEEPEST, deepest)
  write('Moc.fits', writeMocFits(moc))
  const metrics = hipsMetrics(['png', 'fits'], files)
  const text = writeProperties(
    Object.entries({
      creator_did: 'ivo://skyedge.example/dr1?hips/small',
      obs_title: 'One star',
      obs_description: 'A star where it belongs',
      prov_progenitor: 'simulated',
      obs_regime: 'Optical',
      em_min: 5.5e-7,
      em_max: 6.9e-7,
      t_min: 60000,
      t_max: 60001,
      dataproduct_type: 'image',
      hips_version: '1.4',
      hips_release_date: '2026-11-22T16:14Z',
      hips_creation_date: '2026-11-22T16:14Z',
      hips_frame: 'equatorial',
      hips_order: DEEPEST,
      hips_order_min: 0,
      hips_tile_width: WIDTH,
      hips_status: 'public master clonableOnce',
      hips_tile_format: 'png fits',
      hips_pixel_cut: '0 255',
      hips_pixel_bitpix: -32,
      hips_pixel_scale: pixelScaleDeg(DEEPEST, WIDTH).toPrecision(5),
      hips_initial_ra: ((STAR.lonRad * 180) / Math.PI).toFixed(5),
      hips_initial_dec: ((STAR.latRad * 180) / Math.PI).toFixed(5),
      hips_initial_fov: 10,
      hips_estsize: metrics.sizeKb,
      hips_nb_tiles: metrics.tiles,
      hips_check_code: metrics.checkCode,
      moc_sky_fraction: skyFractionText(skyFraction(moc)),
    }),
  )
  write('properties', text)
  return { files, moc, properties: parseProperties(text) }
}
