// Terms of the core vocabulary http://www.ivoa.net/rdf/datalink/core that our links use, written as relative URIs
// (DataLink 1.1 §3.2.6).

export type Semantics =
  | '#this'
  | '#preview'
  | '#cutout'
  | '#progenitor'
  | '#derivation'
  | '#auxiliary'
  | '#calibration'
  | '#coderived'
  | '#documentation'

/** Terms of http://www.ivoa.net/rdf/product-type for content_qualifier. */
export type ProductType = '#image' | '#measurements'
