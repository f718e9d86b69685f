// A real origin for tests: its own data folder, the embedded catalogue, a port of its own, and files put into the
// catalogue straight from their headers.

import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pino } from 'pino'
import { encodeFileIndex, type Hdu, imageHeader, readHdus, readTileIndex } from '#src/fits'
import type { ProductRights } from '#src/rights'
import { bounds, radToDeg } from '#src/sky'
import { type ByteSource, memorySource } from '#src/storage'
import { footprint, parseWcs } from '#src/wcs'
import { openCatalog } from '../../origin/catalog/open.ts'
import type { Catalog, NewPlane, NewProduct } from '../../origin/catalog/store.ts'
import { type Config, loadConfig } from '../../origin/config.ts'
import { loadEdgeSecret, loadTokenKeys } from '../../origin/identity/keys.ts'
import { issueToken, type TokenRequest } from '../../origin/identity/token.ts'
import { type RunningOrigin, startOrigin } from '../../origin/serve.ts'
import { openFits } from '../../origin/storage/fits-file.ts'
import { maskedImage } from './fits-image.ts'

export interface TestOrigin extends RunningOrigin {
  readonly config: Config
  readonly catalog: Catalog
  readonly edgeSecret: string
  /** Lines of the log, as JSON text. */
  readonly logged: string[]
  /** Unix ms that the origin sees; set it to move its clock. */
  now: number
  token(request: Partial<TokenRequest> & { user: string }): Promise<string>
  /** Stops it and removes its folder. */
  end(): Promise<void>
}

export interface TestOriginOptions {
  readonly port?: number
  /** PostgreSQL instead of a file of SQLite. */
  readonly databaseUrl?: string
}

export async function startTestOrigin({ port = 0, databaseUrl }: TestOriginOptions = {}): Promise<TestOrigin> {
  const folder = await mkdtemp(join(tmpdir(), 'skyedge-origin-'))
  const config = loadConfig({
    SKYEDGE_DATA: folder,
    SKYEDGE_ORIGIN_PORT: String(port),
    SKYEDGE_DATABASE_URL: databaseUrl,
  })
  const catalog = await openCatalog(config)
  const logged: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) })
  const state = { now: Date.UTC(2027, 0, 10) }
  const origin = await startOrigin(config, catalog, { log, clock: () => state.now })
  const keys = await loadTokenKeys(folder)
  const full = { scopes: ['read:image'], groups: [], dataRights: [], ttlS: 3600 }
  return Object.assign(state, origin, {
    config,
    catalog,
    logged,
    edgeSecret: await loadEdgeSecret(folder),
    token: async (request: Partial<TokenRequest> & { user: string }) =>
      (await issueToken(keys, { ...full, ...request }, { authority: config.authority, nowMs: state.now })).token,
    async end() {
      await origin.stop()
      await rm(folder, { recursive: true, force: true })
    },
  })
}

/** The image of fits-image.ts as a file of the origin, for putProduct. */
export async function maskedPlanes({ config }: TestOrigin): Promise<NewPlane[]> {
  const path = join(config.dataFolder, 'masked.fits')
  await writeFile(path, maskedImage())
  return (['image', 'mask', 'variance'] as const).map((role, i) => ({ role, path, hdu: i + 1 }))
}

export interface ProductToPut {
  readonly productId: string
  readonly planes: readonly NewPlane[]
  readonly rights?: ProductRights
  readonly collection?: string
}

/** Takes files into the catalogue by hand; the publisher DID. */
export async function putProduct(
  catalog: Catalog,
  { productId, planes, rights, collection = 'test' }: ProductToPut,
  more: Partial<NewProduct> = {},
) {
  const paths = [...new Set(planes.map(({ path }) => path))]
  const hdus = new Map<string, Hdu[]>()
  const files = await Promise.all(
    paths.map(async (path) => {
      const source = await openFits(path, basename(path))
      hdus.set(path, await readHdus(source))
      const { size, mtimeMs, ctimeMs } = await stat(path)
      const index = await fileIndex(source, hdus.get(path)!)
      return { path, key: basename(path), sizeBytes: size, mtimeMs, ctimeMs, digest: `${size}-${mtimeMs}`, index }
    }),
  )
  const [{ path, hdu: number }] = planes
  const hdu = hdus.get(path)![number]
  const header = imageHeader(hdu)
  const [width, height] = hdu.image!.axes
  const wcs = parseWcs((keyword) => header.get(keyword))
  const outline = footprint(wcs, width, height)
  const circle = bounds({ kind: 'polygon', vertices: outline })
  const publisherDid = `ivo://skyedge.example/dr1?${productId}`
  const product: NewProduct = {
    productId,
    publisherDid,
    collection,
    release: rights?.release ?? 'dr1',
    dataproductSubtype: 'test.image',
    calibLevel: 2,
    obsId: productId,
    facility: 'test',
    instrument: 'test',
    band: 'r',
    raDeg: radToDeg(circle.lonRad),
    decDeg: radToDeg(circle.latRad),
    fovDeg: 2 * radToDeg(circle.radiusRad),
    sRegion: '',
    footprint: outline,
    pixelScaleArcsec: wcs.pixelScaleDeg * 3600,
    width,
    height,
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    rights: rights ?? { access: 'public', release: 'dr1' },
    generation: files.map(({ digest }) => digest).join('+'),
    modifiedMs: Date.UTC(2026, 5, 1),
    planes,
    ...more,
  }
  await catalog.change({ files, products: [product] })
  return publisherDid
}

async function fileIndex(source: ByteSource, hdus: readonly Hdu[]): Promise<Uint8Array> {
  const tiles = await Promise.all(hdus.map(async (hdu) => (hdu.tiles ? readTileIndex(source, hdu) : undefined)))
  return encodeFileIndex(hdus, tiles)
}

/** HDUs of a FITS file in memory. */
export const hdusOf = (bytes: Uint8Array) => readHdus(memorySource('answer', bytes))
