// The images behind a map, as a thread sees them: opened once, read by window, whole planes kept within a budget.
// The window of a tile is always the same, whether it comes from a kept plane or from the file: equal bytes follow.

import { decodeFileIndex, FitsError, type Hdu, imageHeader, readWindow, type TileIndex, toPhysical } from '#src/fits'
import type { Plane, Window } from '#src/image'
import { inIcrs, parseWcs, type Wcs } from '#src/wcs'
import { nodeRuntime } from '../runtime.ts'
import { openFits } from '../storage/fits-file.ts'

/** One plane of a product: what a thread needs to read it. */
export interface PlaneSource {
  readonly path: string
  readonly key: string
  /** `encodeFileIndex` of the file. */
  readonly index: Uint8Array
  readonly hdu: number
  /** As the catalogue knows the file: another one at its place is refused. */
  readonly expect?: { readonly sizeBytes: number; readonly mtimeMs: number }
}

export interface RenderImage {
  /** Publisher DID and generation: the name of its pixels. */
  readonly id: string
  readonly image: PlaneSource
  /** Says which pixels are good: a variance (finite, above zero) or a weight (above zero). */
  readonly quality?: PlaneSource
  readonly weight: number
}

interface OpenPlane {
  readonly hdu: Hdu
  readonly tiles?: TileIndex
  readonly source: Awaited<ReturnType<typeof openFits>>
  readonly width: number
  readonly height: number
}

export interface OpenImage {
  readonly wcs: Wcs
  readonly width: number
  readonly height: number
  /** The plane is good until the shelf's next read: windows of kept planes share one piece of memory. */
  read(window: Window): Promise<Plane>
  close(): Promise<void>
}

/** Bytes of whole planes that a thread keeps. */
const KEEP_BYTES = 256 * 2 ** 20
/** Images larger than this are read by window only. */
const KEEP_PIXELS = 20 * 2 ** 20

export class ImageShelf {
  readonly #open = new Map<string, Promise<OpenImage>>()
  readonly #planes = new Map<string, Plane>()
  readonly #keepBytes: number
  #bytes = 0
  #room = new ArrayBuffer(0)

  /** `keepBytes` 0: nothing is kept, as for a single tile. */
  constructor({ keepBytes = KEEP_BYTES }: { keepBytes?: number } = {}) {
    this.#keepBytes = keepBytes
  }

  /** At most this many images are open at a time. */
  static readonly maxOpen = 64

  async get(image: RenderImage): Promise<OpenImage> {
    const known = this.#open.get(image.id)
    if (known) {
      this.#open.delete(image.id)
      this.#open.set(image.id, known)
      return known
    }
    const opened = this.#openImage(image)
    this.#open.set(image.id, opened)
    opened.catch(() => this.#open.delete(image.id))
    for (const [id, old] of this.#open) {
      if (this.#open.size <= ImageShelf.maxOpen) break
      this.#open.delete(id)
      await (await old).close()
    }
    return opened
  }

  async close(): Promise<void> {
    for (const image of this.#open.values()) await (await image).close()
    this.#open.clear()
    this.#planes.clear()
    this.#bytes = 0
  }

  async #openImage(image: RenderImage): Promise<OpenImage> {
    const main = await openPlane(image.image)
    const quality = image.quality ? await openPlane(image.quality) : undefined
    const header = imageHeader(main.hdu)
    const { width, height } = main
    const wcs = inIcrs(parseWcs((keyword) => header.get(keyword), { naxis: [width, height] }))
    const read = async (window: Window) => {
      const plane = await readPlane(main, window)
      if (quality) maskBad(plane, await readPlane(quality, window))
      for (let i = 0; i < plane.data.length; i++) if (!Number.isFinite(plane.data[i])) plane.data[i] = Number.NaN
      return plane
    }
    return {
      wcs,
      width,
      height,
      read: async (window) => {
        if (width * height > KEEP_PIXELS || this.#keepBytes === 0) return read(window)
        const whole = this.#planes.get(image.id) ?? (await read({ x0: 0, y0: 0, x1: width, y1: height }))
        this.#keep(image.id, whole)
        return this.#crop(whole, window)
      },
      close: async () => {
        await main.source.close()
        await quality?.source.close()
      },
    }
  }

  #crop(plane: Plane, window: Window): Plane {
    const bytes = (window.x1 - window.x0) * (window.y1 - window.y0) * plane.data.BYTES_PER_ELEMENT
    if (this.#room.byteLength < bytes) this.#room = new ArrayBuffer(bytes)
    return crop(plane, window, this.#room)
  }

  #keep(id: string, plane: Plane): void {
    if (this.#planes.delete(id)) this.#bytes -= plane.data.byteLength
    this.#planes.set(id, plane)
    this.#bytes += plane.data.byteLength
    for (const [old, { data }] of this.#planes) {
      if (this.#bytes <= this.#keepBytes || old === id) break
      this.#planes.delete(old)
      this.#bytes -= data.byteLength
    }
  }
}

/** The window's pixels, in `room` of at least as many bytes. */
function crop(plane: Plane, { x0, y0, x1, y1 }: Window, room: ArrayBuffer): Plane {
  const width = x1 - x0
  const length = width * (y1 - y0)
  const data =
    plane.data instanceof Float32Array ? new Float32Array(room, 0, length) : new Float64Array(room, 0, length)
  for (let y = y0; y < y1; y++) {
    const from = y * plane.width
    data.set(plane.data.subarray(from + x0, from + x1), (y - y0) * width)
  }
  return { width, height: y1 - y0, data }
}

async function openPlane({ path, key, index, hdu: number, expect }: PlaneSource): Promise<OpenPlane> {
  const { hdus, tiles } = decodeFileIndex(index)
  const hdu = hdus[number]
  const [width, height] = hdu.image?.axes ?? [0, 0]
  return { hdu, tiles: tiles[number], source: await openFits(path, key, { expect }), width, height }
}

async function readPlane({ source, hdu, tiles }: OpenPlane, window: Window): Promise<Plane> {
  const raw = await readWindow(source, hdu, window, { tiles, runtime: nodeRuntime }).catch((error) => {
    // Which of a thousand images it is, the reader of pixels cannot know.
    throw error instanceof FitsError
      ? new FitsError(error.code, `${source.key}: ${error.message}`, { cause: error })
      : error
  })
  const values = toPhysical(raw)
  // `toPhysical` may hand out the stored array itself; it is this window's own.
  return { width: raw.width, height: raw.height, data: values }
}

function maskBad(plane: Plane, quality: Plane): void {
  for (let i = 0; i < plane.data.length; i++) {
    const q = quality.data[i]
    if (!(q > 0 && q < Number.POSITIVE_INFINITY)) plane.data[i] = Number.NaN
  }
}
