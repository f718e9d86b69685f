// What each service accepts and answers: the same definition at the edge and the origin. No handlers here.

export { apiDescription, ENDPOINTS } from './api.ts'
export {
  datalink,
  type LinkedProduct,
  linksDescriptor,
  MAX_LINK_IDS,
  noSuchProduct,
  type ProductLinks,
  productLinks,
} from './datalink.ts'
export {
  MOC_MEDIA_TYPES,
  MOST_MOCS,
  type MocFormat,
  type MocKind,
  type MocName,
  type MocRequest,
  mocAddress,
  mocUrl,
  parseMoc,
} from './moc.ts'
export { servicesDoc } from './reference.ts'
export { rowServices, withDidColumn } from './row-services.ts'
export { parseSia, SIA_QUERY, SIA_ROWS, SIA_STANDARD, SIA_UPLOAD, type SiaRequest, sia } from './sia.ts'
export { type SiaValues, siaCapabilities, siaDescriptor } from './sia-describe.ts'
export { type Position, positionsOf } from './sia-positions.ts'
export { type SiaQueryOptions, siaAdql } from './sia-query.ts'
export { CUTOUT_FORMATS, type CutoutFormat, parseSoda, SODA_SYNC, type SodaRequest, soda, sodaQuery } from './soda.ts'
export {
  ownResult,
  parseTap,
  TAP,
  TAP_FORMATS,
  TAP_LANGUAGES,
  TAP_ROWS,
  type TapFormat,
  type TapFormatKind,
  type TapRequest,
  tap,
  tapName,
} from './tap.ts'
export { tapCapabilities } from './tap-capabilities.ts'
export { examplesPage, TAP_EXAMPLES, type TapExample } from './tap-examples.ts'
export { TAP_LIMITS } from './tap-limits.ts'
export { datalinkCapabilities, sodaCapabilities } from './vosi.ts'
export {
  BASE_HEADER,
  EDGE_HEADER,
  GENERATION_HEADER,
  heardPrincipal,
  MAPS_PATH,
  PRINCIPAL_HEADER,
  PRODUCT_PATH,
  spokenPrincipal,
  WARM_BATCH,
  WARM_PATH,
  type WarmAnswer,
} from './wire.ts'
