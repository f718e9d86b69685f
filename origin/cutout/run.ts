// A plan becomes bytes: a FITS file of every plane, or a PNG of the image. Lengths are known before any pixel is read.
// A cutout holds the image planes only: tables beside them (PSF models, aperture corrections, catalogues) describe the
// whole image and come with the whole product, which is asked for without a region.

import { DaliError } from '#src/dali'
import type { SodaRequest } from '#src/services'
import type { Product } from '../catalog/store.ts'
import type { OriginDeps } from '../deps.ts'
import { createFiles, type IndexedFile } from './files.ts'
import { cutHeader, emptyPrimary, type Provenance } from './header.ts'
import { fileSegment, pixelSegment } from './pixels.ts'
import { type CutoutPlan, type PlannedPlane, planCutout, regionText } from './plan.ts'
import { previewOf } from './preview.ts'
import { bytesSegment, lengthOf, paddingSegment, readSegments, type Segment } from './virtual-file.ts'

export interface Cutout {
  readonly size: number
  readonly filename: string
  open(start: number, end: number, signal: AbortSignal): AsyncIterable<Uint8Array> | Uint8Array
}

/** Cutouts and previews worked on at once; more wait their turn, and beyond a queue are sent away. */
const AT_ONCE = 16
const QUEUE = 256

export function createCutouts(deps: OriginDeps) {
  const files = createFiles(deps.catalog)
  const gate = createGate(AT_ONCE, QUEUE)

  /** `undefined`: no pixel of the product is in the region. */
  async function prepare(product: Product, request: SodaRequest, signal: AbortSignal): Promise<Cutout | undefined> {
    const plan = await planCutout(product, request.region, files)
    if (!plan) return undefined
    if (request.format.kind === 'png') {
      const png = await gate(() => previewOf(plan, deps.runtime, signal))
      return { size: png.length, filename: `${product.productId}.png`, open: (start, end) => png.subarray(start, end) }
    }
    const whole = request.region ? undefined : soleFile(plan)
    const segments = whole ? [await fileSegment(whole)] : layOut(product, request, plan, deps)
    const suffix = request.region ? '_cutout' : ''
    return {
      size: lengthOf(segments),
      filename: `${product.productId}${suffix}.fits`,
      open: (start, end, abort) => gated(gate, () => readSegments(segments, start, end, abort)),
    }
  }
  return { prepare }
}

/** The one file that holds the planes and no image beside them: then the whole product is that file, tables and all. */
function soleFile({ planes }: CutoutPlan): IndexedFile | undefined {
  const [{ file }] = planes
  const ours = new Set(planes.map(({ hdu }) => hdu))
  const alone = file.index.hdus.every((hdu) => !hdu.image || ours.has(hdu))
  return alone && planes.every((plane) => plane.file === file) ? file : undefined
}

/** HDUs of the answer: the image first, in the primary HDU where it was there in its file. */
function layOut(product: Product, request: SodaRequest, { planes }: CutoutPlan, { runtime }: OriginDeps): Segment[] {
  const provenance: Provenance = {
    publisherDid: product.publisherDid,
    region: request.region ? regionText(request.region) : undefined,
  }
  const segments: Segment[] = []
  const [image] = planes
  if (image.hdu.index > 0) {
    const first = image.file.index.hdus[0]
    const header = emptyPrimary(first.kind === 'empty' ? first.header : undefined, provenance)
    segments.push(bytesSegment(header.encode()))
  }
  const names = new Set<string>()
  for (const [i, plane] of planes.entries()) {
    const { hdu, window, file } = plane
    const primary = i === 0 && hdu.index === 0
    const name = primary ? hdu.name || undefined : nameOf(plane, names)
    if (name) names.add(key(name, hdu.version))
    const place = { primary, name, version: hdu.version, extended: planes.length > 1 }
    const pixels = pixelSegment({ source: file.source, hdu, tiles: file.index.tiles[hdu.index] }, window, runtime)
    segments.push(
      bytesSegment(cutHeader(hdu, window, place, provenance).encode()),
      pixels,
      paddingSegment(pixels.length),
    )
  }
  return segments
}

const key = (name: string, version: number) => `${name.toUpperCase()} ${version}`

/** The plane's own EXTNAME; its role where it has none, or where planes of several files have the same. */
function nameOf({ hdu, role }: PlannedPlane, taken: ReadonlySet<string>): string {
  if (hdu.name && !taken.has(key(hdu.name, hdu.version))) return hdu.name
  const base = role.toUpperCase()
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}${n}`
    if (!taken.has(key(name, hdu.version))) return name
  }
}

type Gate = ReturnType<typeof createGate>

/** At most `width` at once, first come first served. */
function createGate(width: number, queue: number) {
  let running = 0
  const waiting: (() => void)[] = []
  /** `begun`: work that goes on is not sent away, as its answer's head has gone out. */
  return async function gate<T>(work: () => Promise<T>, { begun = false } = {}): Promise<T> {
    if (running >= width) {
      if (waiting.length >= queue && !begun)
        throw new DaliError('overloaded', 'too many cutouts are being made', { retryAfterS: 5 })
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

/** A stream holds its place in the gate only while it makes a chunk, not while a slow client takes it. */
async function* gated(gate: Gate, start: () => AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = start()
  try {
    for (let begun = false; ; begun = true) {
      const step = await gate(() => chunks.next(), { begun })
      if (step.done) return
      yield step.value
    }
  } finally {
    await chunks.return(undefined)
  }
}
