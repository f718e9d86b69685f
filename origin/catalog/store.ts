// The catalogue: which products there are, where their bytes lie, who may see them. This is the interface; the
// embedded store is in `sqlite/`. Every call is asynchronous, so that a database on another machine fits behind it.
// Angles: degrees in the ObsCore fields, radians in `footprint` and regions. Times: MJD in ObsCore fields, ms since 1970 else.

import type { ProductRights } from '#src/rights'
import type { LonLat, Region } from '#src/sky'
import type { MapLayout, MapRecord, PublishedPacks } from './map-record.ts'
import type { OutlineMark, OutlinePage, OutlineRow } from './outlines.ts'
import type {
  CoaddInputRecord,
  ConditionsRecord,
  ReleaseRecord,
  SurveyChange,
  VisitKey,
  VisitRecord,
} from './survey.ts'

export type { MapLayout, MapRecord, ProductRights, PublishedPacks }

export type CatalogErrorCode = 'unavailable' | 'not-writable' | 'full' | 'newer-schema' | 'conflict' | 'broken'

/** The catalogue cannot be read or written. The message holds no SQL. */
export class CatalogError extends Error {
  readonly code: CatalogErrorCode
  constructor(code: CatalogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CatalogError'
    this.code = code
  }
}

export type PlaneRole = 'image' | 'mask' | 'variance' | 'weight' | 'error' | 'extra'

export interface ProductPlane {
  readonly role: PlaneRole
  readonly fileId: number
  /** HDU number in the file, 0 = primary. */
  readonly hdu: number
}

/** One image with its planes: an ObsCore row, its rights, and where the pixels are. */
export interface Product {
  /** Unique in a release, e.g. `demo.calexp-00012-2-r`. */
  readonly productId: string
  /** `ivo://{authority}/{release}?{productId}`. */
  readonly publisherDid: string
  readonly collection: string
  readonly release: string
  readonly dataproductSubtype: string
  /** ObsCore calib_level, 0 (raw) to 4 (analysis). */
  readonly calibLevel: number
  readonly targetName?: string
  readonly obsId: string
  readonly facility: string
  readonly instrument: string
  readonly band?: string
  readonly emMinM?: number
  readonly emMaxM?: number
  readonly tMinMjd?: number
  readonly tMaxMjd?: number
  readonly exptimeS?: number
  readonly raDeg: number
  readonly decDeg: number
  /** Diameter of the bounding circle. */
  readonly fovDeg: number
  /** `POLYGON ICRS …`. */
  readonly sRegion: string
  /** Outline in ICRS, radians, counter-clockwise on the sky. */
  readonly footprint: readonly LonLat[]
  readonly pixelScaleArcsec: number
  readonly width: number
  readonly height: number
  readonly visit?: number
  readonly detector?: number
  readonly tract?: number
  readonly patch?: string
  /** Where the detector sits in the camera, e.g. `R22`. */
  readonly raft?: string
  /** The glass, where `band` is the passband in general, e.g. `r_57`. */
  readonly physicalFilter?: string
  /** `science`, `bias`, `dark`, `flat`, …: lower case. */
  readonly imageType?: string
  /** Observing night, YYYYMMDD. */
  readonly dayObs?: number
  readonly title?: string
  /** ObsCore dataproduct_type; absent: `image`. */
  readonly dataproductType?: string
  /** UCD of what a pixel holds, e.g. `phot.flux.density`, and the unit (VOUnits). */
  readonly oUcd?: string
  readonly oUnit?: string
  /** ObsCore pol_states, e.g. `/I/`; absent: the image says nothing of polarisation. */
  readonly polStates?: string
  /** Full width at half maximum of a point source, arcsec. */
  readonly sResolutionArcsec?: number
  readonly tResolutionS?: number
  readonly emResPower?: number
  readonly targetClass?: string
  readonly creatorDid?: string
  readonly creatorName?: string
  readonly proposalId?: string
  readonly bibReference?: string
  /** Magnitude (AB) of a point source at five sigma: how deep a coadd is. */
  readonly depthMag?: number
  /** Number of visits that a coadd was made from. */
  readonly numInputs?: number
  /** Where its pixels are when another archive keeps them (the product has no planes then), and of what media type. */
  readonly accessUrl?: string
  readonly accessFormat?: string
  /** publisherDids, or other URIs, of what it was made from: its provenance. */
  readonly inputs?: readonly string[]
  /** Bytes of the files that hold its planes. */
  readonly sizeBytes: number
  readonly rights: ProductRights
  /** Changes when the bytes, the description or the rights change; part of every cache key. */
  readonly generation: string
  /** When its bytes were last written. */
  readonly modifiedMs: number
  /** The image first. */
  readonly planes: readonly ProductPlane[]
}

export interface FileRecord {
  readonly fileId: number
  /** Absolute path on this machine: never shown outside. */
  readonly path: string
  /** What the outside and error messages may see. */
  readonly key: string
  readonly sizeBytes: number
  readonly mtimeMs: number
  /** Inode change time: it moves also where someone sets mtime back. */
  readonly ctimeMs: number
  /** Digest of the headers, hexadecimal. */
  readonly digest: string
  /** `encodeFileIndex` of src/fits: HDUs and tile layouts. */
  readonly index: Uint8Array
}

/** What the store is asked to keep; it gives the file its number. */
export type NewFile = Omit<FileRecord, 'fileId'>
export interface NewPlane {
  readonly role: PlaneRole
  /** Path of a file of the same change, or one the catalogue already has. */
  readonly path: string
  readonly hdu: number
}
export type NewProduct = Omit<Product, 'planes'> & { readonly planes: readonly NewPlane[] }

/** Everything in a change is kept, or nothing of it. */
export interface CatalogChange {
  readonly files?: readonly NewFile[]
  readonly products?: readonly NewProduct[]
  /** Publisher DIDs; files that no product uses any more go with them. */
  readonly remove?: readonly string[]
}

/** New products of one release with the files that they, or batches before them, are in: some thousands at a time. */
export interface CatalogBatch {
  readonly files: readonly NewFile[]
  readonly products: readonly NewProduct[]
}
export type CatalogBatches = Iterable<CatalogBatch> | AsyncIterable<CatalogBatch>

/** A product by its image's place: what ingest compares a folder with. */
export interface StoredProduct {
  readonly publisherDid: string
  readonly productId: string
  readonly generation: string
  /** Absolute path and HDU of its image plane; '' and -1 where it has none. */
  readonly path: string
  readonly hdu: number
}

/** Products of a collection that have the same rights: who may not see them must not learn how many there are. */
export interface CollectionPart {
  readonly collection: string
  readonly release: string
  readonly rights: ProductRights
  readonly products: number
  readonly bands: readonly string[]
}

/** What a simulated survey put on the sky: later tests measure against it. */
export interface TruthRow {
  readonly release: string
  /** `star`, `galaxy`, `variable`, `supernova`, `moving`, … */
  readonly kind: string
  readonly name: string
  readonly raDeg: number
  readonly decDeg: number
  /** Fluxes by band, periods, motions: whatever the kind has. */
  readonly values: Readonly<Record<string, unknown>>
}

export const PURGE_KINDS = ['all', 'collection', 'map', 'product'] as const
export type PurgeKind = (typeof PURGE_KINDS)[number]

/** What the edges are told to ask for anew. */
export interface PurgeTarget {
  readonly kind: PurgeKind
  /** Of a map or a collection; the publisher DID of a product; empty for `all`. */
  readonly name: string
}

export interface Purge extends PurgeTarget {
  /** How often so far, from 1. */
  readonly count: number
  /** The last time. */
  readonly atMs: number
}

export interface ProductFilter {
  readonly collection?: string
  readonly release?: string
  readonly band?: string
}

export interface Catalog {
  product(publisherDid: string): Promise<Product | undefined>
  /** All that one observation has, in the order they were first kept. */
  productsOfObservation(collection: string, obsId: string): Promise<Product[]>
  /** The observations that have images of a visit: one for each collection and rights. */
  observationsOfVisit(key: VisitKey): Promise<Pick<Product, 'collection' | 'obsId' | 'rights'>[]>
  /** In the order of productId. */
  productsIn(collection: string, filter?: { release?: string; band?: string }): Promise<Product[]>
  /** Those whose footprint and the region have a point in common. */
  productsOverlapping(region: Region, filter?: ProductFilter): Promise<Product[]>
  /** One for each collection, release and rights. */
  collections(): Promise<CollectionPart[]>
  /** Tells cheaply whether the outlines of a collection are still those that were read, up to a row or all of them. */
  outlineMark(collection: string, release: string, upTo?: number): Promise<OutlineMark>
  /** In the order of their rows. */
  outlinesAfter(collection: string, release: string, page: OutlinePage): Promise<OutlineRow[]>

  file(fileId: number): Promise<FileRecord | undefined>
  /** Keyed by absolute path, without the index: what ingest compares a folder with. */
  filesBelow(folder: string): Promise<Map<string, Omit<FileRecord, 'index'>>>
  /** Every product of a collection in a release, briefly. */
  storedProducts(collection: string, release: string): Promise<StoredProduct[]>
  /** Publisher DIDs of the products that have a plane in the file. */
  productsOfFile(fileId: number): Promise<string[]>
  /** One transaction; numbers of the files by path. */
  change(change: CatalogChange): Promise<ReadonlyMap<string, number>>

  /**
   * Many new products of one release at once, all or nothing, quickest for a release that is not there yet; how many. A
   * product that is there already is a conflict. Other calls of this process may wait until it is done.
   */
  load(release: string, batches: CatalogBatches): Promise<number>

  maps(): Promise<MapRecord[]>
  map(name: string): Promise<MapRecord | undefined>
  putMap(map: MapRecord): Promise<void>
  removeMap(name: string): Promise<void>

  /** Replaces the truth of a release. */
  putTruth(release: string, rows: readonly TruthRow[]): Promise<void>
  truth(release: string, kind?: string): Promise<TruthRow[]>

  /** One transaction. */
  putSurvey(change: SurveyChange): Promise<void>
  /** In the order of their names. */
  releases(): Promise<ReleaseRecord[]>
  visit(key: VisitKey): Promise<VisitRecord | undefined>
  conditions(key: VisitKey): Promise<ConditionsRecord | undefined>
  /** In the order of visits and detectors. */
  coaddInputs(coaddDid: string): Promise<CoaddInputRecord[]>

  /** Counts the target's purges up by one, in one statement: two at once are two. */
  purge(target: PurgeTarget, nowMs: number): Promise<Purge>
  /** In the order of kind and name; of these kinds, or all. */
  purges(kinds?: readonly PurgeKind[]): Promise<Purge[]>
  /** How often these were purged, summed. */
  purgeCount(targets: readonly PurgeTarget[]): Promise<number>

  setting(name: string): Promise<string | undefined>
  putSetting(name: string, value: string): Promise<void>

  close(): Promise<void>
}
