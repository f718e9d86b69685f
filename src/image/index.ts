// Pixels: planes, windows, resampling onto any grid, coadds, and the way to pictures.
// Pure and without I/O; coordinates come in as functions (room wcs, room healpix), fast zlib as a Runtime.
// Pixel centres are integers from 0, rows in FITS order (bottom first), angles radians, NaN = undefined.

export { addToCoadd, type Coadd, type CoaddOptions, type CoaddResult, finishCoadd, startCoadd } from './coadd.ts'
export { downsample2, type Quadrant } from './downsample.ts'
export { ImageError, type ImageErrorCode } from './errors.ts'
export { extract } from './extract.ts'
export { GridCells, type GridOptions, measureGrid, type PixelMap } from './grid.ts'
export { clipWindow, type Overlap, overlap, type Window, windowAround } from './overlap.ts'
export { MAX_PIXELS, type MaskPlane, makeMask, makePlane, type Plane } from './plane.ts'
export { drawProfile, moffat, type Profile, profileRadius } from './psf.ts'
export { type LuptonOptions, luptonRgb } from './render/colour.ts'
export { type Cuts, percentileCuts, type ZscaleOptions, zscale } from './render/cuts.ts'
export { type Channels, encodePng, type PngOptions } from './render/png.ts'
export { type PreviewOptions, previewPng, shrink } from './render/preview.ts'
export { type Curve, stretch } from './render/stretch.ts'
export {
  type ResampleOptions,
  resamplePlanes,
  resampleToGrid,
  type SkySource,
  type SkyTarget,
  throughSky,
} from './resample.ts'
export { type Kernel, orMaskCells, sampleCells } from './sample.ts'
