// FITS files: headers, HDUs, images, tables, tile compression, read by range and written as a stream (FITS 4.0).
// Pixels are 0-based, windows half-open, arrays in the machine's byte order; it knows no WCS and no disk.

export type { Card, CardValue } from './card.ts'
export { sum32 } from './checksum.ts'
export { type CompressOptions, compressedImageHduBytes } from './compressed-write.ts'
export { FitsError, type FitsErrorCode } from './errors.ts'
export { decodeFileIndex, encodeFileIndex, type FileIndex } from './file-index.ts'
export { type Hdu, type HduKind, readHdus, walkHdus } from './hdu.ts'
export { BLOCK_LENGTH, FitsHeader } from './header.ts'
export { imageHeader } from './image-header.ts'
export type { FitsLimits } from './limits.ts'
export { type Bitpix, type ImageShape, type PixelArray, type PixelWindow, type RawImage, toPhysical } from './pixels.ts'
export { type BinTable, type NumberColumn, readBinTable, type TableColumn } from './table.ts'
export { binTableBytes, type ColumnToWrite } from './table-write.ts'
export { readTileIndex, type TileIndex } from './tile-index.ts'
export type { Quantization, TileLayout } from './tile-layout.ts'
export { readWindow, type WindowOptions } from './window.ts'
export {
  emptyPrimaryBytes,
  fitsLength,
  fitsStream,
  type HduOptions,
  imageHduBytes,
  type StreamPart,
} from './write.ts'
