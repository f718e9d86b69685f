// HiPS 1.0 (IVOA REC 2017-05-19): tile addresses, what a map says about itself, the layout of its files, and the
// codes that CDS's tools check it with.

export { type AllskyLayout, allskyLayout } from './allsky.ts'
export {
  checkCode,
  checkCodeFor,
  checkCodeOf,
  compareWalk,
  type HipsMetrics,
  hipsMetrics,
  type StoredFile,
} from './check-code.ts'
export { CheckWalk } from './check-walk.ts'
export { type CopyChanges, copyRefusal, propertiesOfCopy, statusOfCopy } from './copying.ts'
export { HipsError, type HipsErrorCode } from './errors.ts'
export { mapFileMediaType, tileMediaType } from './files.ts'
export { type HipsFrame, type TileCard, tileCards } from './fits-tile.ts'
export { type HipslistEntry, hipslist, parseHipslist } from './hipslist.ts'
export { type LintFinding, lintProperties } from './lint.ts'
export { MAX_PROPERTIES, type OthersMap, readOthersMap } from './others.ts'
export { PackCache } from './pack/cache.ts'
export { PackDirectory, type PackEntry, type Sha256 } from './pack/directory.ts'
export { PackError, type PackErrorCode } from './pack/errors.ts'
export { DIGEST_BYTES, MAX_HEAD_BYTES } from './pack/layout.ts'
export {
  etagOfDigest,
  FIRST_READ_BYTES,
  type PackedBytes,
  type PackedTile,
  PackReader,
  type PackReaderOptions,
} from './pack/read.ts'
export { keyOf, type PackAddress, type PackShape, packFor, packName, parsePackName, shapeOf } from './pack/shape.ts'
export { type PackPlan, planPack, sealHead, type TileToPack } from './pack/write.ts'
export { type Progenitor, progenitorLine, progenitorMetadata, progenitorProperties } from './progenitor.ts'
export {
  mapFileStart,
  PROGENITOR_ALLSKY_ORDER,
  PROGENITORS,
  type ProgenitorAddress,
  parseProgenitorPath,
} from './progenitor-path.ts'
export { hipsDate, type Properties, parseProperties, propertyLines, writeProperties } from './properties.ts'
export { childrenOf, orderForPixelScale, parentOf, pixelScaleDeg, type Quadrant, quadrantOf } from './pyramid.ts'
export { obsRegime, REGIMES, type Regime } from './spectrum.ts'
export { type HipsStatus, parseStatus, writeStatus } from './status.ts'
export { skyFractionText, type TierOptions, tierProperties } from './tiers.ts'
export {
  allskyPath,
  formatOfWord,
  formatWord,
  parseAllskyPath,
  parseTilePath,
  type TileAddress,
  type TileFormat,
  tilePath,
} from './tile.ts'
export { isTileOf, MAGIC_BYTES, tileWidthOf } from './tile-magic.ts'
