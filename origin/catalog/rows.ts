// Rows of the products table <-> Product. One list says which field is which column; the rest follows from it.

import type { ProductRights } from '#src/rights'
import type { LonLat } from '#src/sky'
import type { CatalogDialect, Row, SqlValue } from './executor.ts'
import type { NewProduct, PlaneRole, Product } from './store.ts'

type Scalar = Exclude<keyof Product, 'footprint' | 'rights' | 'planes' | 'inputs'>

const COLUMNS: Readonly<Record<Scalar, string>> = {
  publisherDid: 'publisher_did',
  productId: 'product_id',
  collection: 'collection',
  release: 'release',
  dataproductSubtype: 'dataproduct_subtype',
  calibLevel: 'calib_level',
  targetName: 'target_name',
  obsId: 'obs_id',
  facility: 'facility',
  instrument: 'instrument',
  band: 'band',
  emMinM: 'em_min_m',
  emMaxM: 'em_max_m',
  tMinMjd: 't_min_mjd',
  tMaxMjd: 't_max_mjd',
  exptimeS: 'exptime_s',
  raDeg: 'ra_deg',
  decDeg: 'dec_deg',
  fovDeg: 'fov_deg',
  sRegion: 's_region',
  pixelScaleArcsec: 'pixel_scale_arcsec',
  width: 'width',
  height: 'height',
  visit: 'visit',
  detector: 'detector',
  tract: 'tract',
  patch: 'patch',
  raft: 'raft',
  physicalFilter: 'physical_filter',
  imageType: 'image_type',
  dayObs: 'day_obs',
  title: 'title',
  dataproductType: 'dataproduct_type',
  oUcd: 'o_ucd',
  oUnit: 'o_unit',
  polStates: 'pol_states',
  sResolutionArcsec: 's_resolution_arcsec',
  tResolutionS: 't_resolution_s',
  emResPower: 'em_res_power',
  targetClass: 'target_class',
  creatorDid: 'creator_did',
  creatorName: 'creator_name',
  proposalId: 'proposal_id',
  bibReference: 'bib_reference',
  depthMag: 'depth_mag',
  numInputs: 'num_inputs',
  accessUrl: 'access_url',
  accessFormat: 'access_format',
  sizeBytes: 'size_bytes',
  generation: 'generation',
  modifiedMs: 'modified_ms',
}
const FIELDS = Object.keys(COLUMNS) as Scalar[]
const STORED = [...FIELDS.map((field) => COLUMNS[field]), 'footprint', 'rights_id']

/** What is written of a product, in the order of `parametersOf`. */
export const storedColumns = ({ outline }: CatalogDialect): readonly string[] =>
  outline ? [...STORED, outline.column] : STORED

export function insertProduct(dialect: CatalogDialect): string {
  const columns = storedColumns(dialect)
  const values = columns.map((name) => (name === dialect.outline?.column ? dialect.outline.value : '?'))
  return `INSERT INTO products (${columns.join(', ')}) VALUES (${values.join(', ')})`
}

export function upsertProduct(dialect: CatalogDialect): string {
  const columns = storedColumns(dialect)
  return `${insertProduct(dialect)}
    ON CONFLICT (${dialect.productKey}) DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}
    RETURNING id`
}

/** Every product with its rights, planes and inputs as JSON; a JOIN or a WHERE clause is added behind it. */
export const selectProduct = ({ planesOf, inputsOf }: CatalogDialect) =>
  `SELECT ${STORED.map((name) => `p.${name}`).join(', ')}, ${planesOf} AS planes, ${inputsOf} AS inputs,
  (SELECT record FROM rights r WHERE r.rights_id = p.rights_id) AS rights
  FROM products p`

export function parametersOf(product: NewProduct, rightsId: number, { outline }: CatalogDialect): SqlValue[] {
  const { footprint } = product
  const values = [...FIELDS.map((field) => product[field] ?? null), encodeFootprint(footprint), rightsId]
  return outline ? [...values, outline.of(footprint)] : values
}

export function productOf(row: Row): Product {
  const product: Record<string, unknown> = {}
  for (const field of FIELDS) {
    const value = row[COLUMNS[field]]
    if (value !== null) product[field] = value
  }
  const planes = JSON.parse(row.planes as string) as [PlaneRole, number, number][]
  const inputs = JSON.parse(row.inputs as string) as string[]
  return {
    ...(product as unknown as Product),
    ...(inputs.length > 0 && { inputs }),
    footprint: decodeFootprint(row.footprint as Uint8Array),
    rights: JSON.parse(row.rights as string) as ProductRights,
    planes: planes.map(([role, fileId, hdu]) => ({ role, fileId, hdu })),
  }
}

/** Little-endian doubles: lon, lat, lon, lat, … in radians. */
function encodeFootprint(footprint: readonly LonLat[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(footprint.length * 16))
  footprint.forEach(({ lonRad, latRad }, i) => {
    view.setFloat64(i * 16, lonRad, true)
    view.setFloat64(i * 16 + 8, latRad, true)
  })
  return new Uint8Array(view.buffer)
}

export function decodeFootprint(bytes: Uint8Array): LonLat[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length >> 4 }, (_, i) => ({
    lonRad: view.getFloat64(i * 16, true),
    latRad: view.getFloat64(i * 16 + 8, true),
  }))
}
