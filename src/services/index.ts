// What each service accepts and answers: the same definition at the edge and the origin. No handlers here.

export {
  datalink,
  type LinkedProduct,
  linksDescriptor,
  MAX_LINK_IDS,
  noSuchProduct,
  type ProductLinks,
  productLinks,
} from './datalink.ts'
export { CUTOUT_FORMATS, type CutoutFormat, parseSoda, SODA_SYNC, type SodaRequest, soda, sodaQuery } from './soda.ts'
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
} from './wire.ts'
