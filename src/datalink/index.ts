// DataLink 1.1: the table of links and its words. Which links a product has is in src/services.

export { type LinkFault, linkFault } from './errors.ts'
export { LINK_FIELDS, LINKS_MEDIA_TYPE, LINKS_STANDARD_ID, type Link, linkCells } from './links.ts'
export type { ProductType, Semantics } from './semantics.ts'
