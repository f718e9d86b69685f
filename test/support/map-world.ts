// A catalogue of given FITS images, for tests of maps: headers read as ingest reads them, nothing else known.

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { encodeFileIndex, imageHeader, readHdus, readTileIndex } from '#src/fits'
import { radToDeg } from '#src/sky'
import { footprint, inIcrs, parseWcs } from '#src/wcs'
import { openCatalog } from '../../origin/catalog/open.ts'
import type { Catalog, NewFile, NewPlane, NewProduct } from '../../origin/catalog/store.ts'
import type { BuildWorld } from '../../origin/hips/build.ts'
import { openFits } from '../../origin/storage/fits-file.ts'

export interface ImageFile {
  readonly path: string
  readonly collection: string
  readonly band?: string
  /** HDU of the image; default: the first one that has coordinates. */
  readonly hdu?: number
  readonly varianceHdu?: number
  readonly product?: Partial<NewProduct>
}

export interface MapWorld extends BuildWorld {
  readonly catalog: Catalog
  close(): Promise<void>
}

/** 2026-11-22T12:00:00Z. */
export const NOON = Date.UTC(2026, 10, 22, 12)

export async function mapWorld(images: readonly ImageFile[]): Promise<MapWorld> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'skyedge-maps-'))
  const catalog = await openCatalog({ dataFolder })
  const files: NewFile[] = []
  const products: NewProduct[] = []
  for (const image of images) {
    const { file, product } = await describeImage(image)
    files.push(file)
    products.push(product)
  }
  await catalog.change({ files, products })
  const close = async () => {
    // An origin that ran on it has closed it already.
    await catalog.close().catch(() => undefined)
    rmSync(dataFolder, { recursive: true, force: true })
  }
  return { catalog, dataFolder, authority: 'skyedge.example', nowMs: NOON, close }
}

async function describeImage({ path, collection, band, hdu, varianceHdu, product }: ImageFile) {
  const source = await openFits(path, basename(path))
  try {
    const hdus = await readHdus(source)
    const tiles = await Promise.all(hdus.map((one) => (one.tiles ? readTileIndex(source, one) : undefined)))
    const index = hdu ?? hdus.findIndex(({ image }) => (image?.axes.length ?? 0) >= 2)
    const header = imageHeader(hdus[index])
    const [width, height] = hdus[index].image?.axes ?? []
    const wcs = inIcrs(parseWcs((keyword) => header.get(keyword)))
    const outline = footprint(wcs, width, height)
    const centre = wcs.pixelToWorld(width / 2, height / 2) as Float64Array
    const { size, mtimeMs, ctimeMs } = statSync(path)
    const name = `${collection}-${basename(path).replace(/\W/g, '-')}`
    const planes: NewPlane[] = [{ role: 'image', path, hdu: index }]
    if (varianceHdu !== undefined) planes.push({ role: 'variance', path, hdu: varianceHdu })
    const file: NewFile = {
      path,
      key: basename(path),
      sizeBytes: size,
      mtimeMs,
      ctimeMs,
      digest: name,
      index: encodeFileIndex(hdus, tiles),
    }
    const made: NewProduct = {
      productId: name,
      publisherDid: `ivo://skyedge.example/dr1?${name}`,
      collection,
      release: 'dr1',
      dataproductSubtype: 'image',
      calibLevel: 2,
      obsId: name,
      facility: 'test',
      instrument: 'test',
      band,
      emMinM: 5e-7,
      emMaxM: 7e-7,
      tMinMjd: 60_000,
      tMaxMjd: 60_001,
      raDeg: radToDeg(centre[0]),
      decDeg: radToDeg(centre[1]),
      fovDeg: (wcs.pixelScaleDeg * Math.hypot(width, height)) as number,
      sRegion: `POLYGON ICRS ${outline.map(({ lonRad, latRad }) => `${radToDeg(lonRad)} ${radToDeg(latRad)}`).join(' ')}`,
      footprint: outline,
      pixelScaleArcsec: wcs.pixelScaleDeg * 3600,
      width,
      height,
      sizeBytes: size,
      rights: { access: 'public', release: 'dr1' },
      generation: 'g1',
      modifiedMs: mtimeMs,
      planes,
      ...product,
    }
    return { file, product: made }
  } finally {
    await source.close()
  }
}
