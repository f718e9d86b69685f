// A file that is not there: segments of known length, made when they are read. So the length is known before any
// pixel, a Range starts in the middle, and memory stays constant whatever the size.

export interface Segment {
  readonly length: number
  /** Bytes [start, end) of the segment, 0 <= start < end <= length. */
  read(start: number, end: number, signal?: AbortSignal): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

export const bytesSegment = (bytes: Uint8Array): Segment => ({
  length: bytes.length,
  read: (start, end) => [bytes.subarray(start, end)],
})

const FITS_BLOCK = 2880
const ZEROS = new Uint8Array(FITS_BLOCK)

/** What fills an image's data up to whole FITS blocks (FITS 4.0 §3.3.2: zeros). */
export const paddingSegment = (dataLength: number): Segment =>
  bytesSegment(ZEROS.subarray(0, (FITS_BLOCK - (dataLength % FITS_BLOCK)) % FITS_BLOCK))

export const lengthOf = (segments: readonly Segment[]): number => segments.reduce((sum, { length }) => sum + length, 0)

/** Bytes [start, end) of the segments put one behind the other. */
export async function* readSegments(
  segments: readonly Segment[],
  start: number,
  end: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let offset = 0
  for (const segment of segments) {
    const from = Math.max(0, start - offset)
    const to = Math.min(segment.length, end - offset)
    if (from < to) {
      let given = 0
      for await (const chunk of segment.read(from, to, signal)) {
        signal?.throwIfAborted()
        given += chunk.length
        yield chunk
      }
      // A promise was made in Content-Length: better a broken transfer than wrong bytes.
      if (given !== to - from) throw new RangeError(`a segment of ${to - from} bytes gave ${given}`)
    }
    offset += segment.length
  }
}
