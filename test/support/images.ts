// Small FITS files for tests of ingest: images with TAN coordinates, and whatever cards a test wants in them.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type CardValue, emptyPrimaryBytes, FitsHeader, imageHduBytes } from '#src/fits'

export type Cards = Readonly<Record<string, CardValue>>

/** 0.2"/px around a position. */
export function tanCards(raDeg: number, decDeg: number, width = 40, height = 30): Cards {
  return {
    CTYPE1: 'RA---TAN',
    CTYPE2: 'DEC--TAN',
    CRVAL1: raDeg,
    CRVAL2: decDeg,
    CRPIX1: (width + 1) / 2,
    CRPIX2: (height + 1) / 2,
    CD1_1: -0.2 / 3600,
    CD1_2: 0,
    CD2_1: 0,
    CD2_2: 0.2 / 3600,
    RADESYS: 'ICRS',
  }
}

export interface ImageHdu {
  readonly cards?: Cards
  readonly name?: string
  readonly width?: number
  readonly height?: number
}

export function headerOf(cards: Cards): FitsHeader {
  const header = new FitsHeader()
  for (const [keyword, value] of Object.entries(cards)) header.set(keyword, value)
  return header
}

export function imageBytes({ cards = {}, name, width = 40, height = 30 }: ImageHdu, primary = false): Uint8Array {
  const data = new Float32Array(width * height).fill(1)
  return imageHduBytes(headerOf(cards), { bitpix: -32, width, height, data, bscale: 1, bzero: 0 }, { primary, name })
}

/** One primary image, or an empty primary HDU (with `cards`) and extensions. */
export function fitsFile(primary: ImageHdu | Cards, extensions: readonly (ImageHdu | Uint8Array)[] = []): Uint8Array {
  const first =
    extensions.length === 0 ? imageBytes(primary as ImageHdu, true) : emptyPrimaryBytes(headerOf(primary as Cards))
  return Buffer.concat([first, ...extensions.map((hdu) => (hdu instanceof Uint8Array ? hdu : imageBytes(hdu)))])
}

export function put(folder: string, name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  return path
}
