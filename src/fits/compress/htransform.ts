// The inverse H-transform, and the smoothing that hides the blocks of lossy tiles (White, Postman & Lattanzi 1992).
// Each level turns a mean and three differences into 2 x 2 pixels; low bits that the forward transform dropped are
// recovered from the parity of the others. Numbers are whole, in doubles: floor(x / 2^k) stands for a shift.

/** Rounds half away from zero-ish as the forward transform did, to a multiple of `unit`. */
const roundTo = (x: number, unit: number, up: number, down: number) =>
  Math.floor((x + (x >= 0 ? up : down)) / unit) * unit
const odd = (x: number, unit: number) => Math.floor(x / unit) % 2 !== 0

export function inverseTransform(a: Float64Array, rows: number, columns: number, smooth: boolean, scale: number): void {
  const depth = log2Ceil(Math.max(rows, columns))
  const scratch = new Float64Array((Math.max(rows, columns) + 1) >> 1)
  let bit0 = 2 ** (depth - 1)
  a[0] = roundTo(a[0], bit0 * 4, bit0 * 2, bit0 * 2 - 1)
  for (let level = depth - 1; level >= 0; level--) {
    const height = Math.ceil(rows / 2 ** level)
    const width = Math.ceil(columns / 2 ** level)
    for (let y = 0; y < height; y++) interleave(a, y * columns, width, 1, scratch)
    for (let x = 0; x < width; x++) interleave(a, x, height, columns, scratch)
    if (smooth) smoothLevel(a, height, width, columns, scale)
    expandLevel(a, height, width, columns, bit0, level === 0)
    bit0 /= 2
  }
}

/** First half to even places, second half to odd ones. */
function interleave(a: Float64Array, start: number, count: number, stride: number, scratch: Float64Array): void {
  const half = (count + 1) >> 1
  for (let i = half; i < count; i++) scratch[i - half] = a[start + i * stride]
  for (let i = half - 1; i > 0; i--) a[start + 2 * i * stride] = a[start + i * stride]
  for (let i = half; i < count; i++) a[start + (2 * (i - half) + 1) * stride] = scratch[i - half]
}

function expandLevel(
  a: Float64Array,
  height: number,
  width: number,
  stride: number,
  bit0: number,
  last: boolean,
): void {
  const bit1 = bit0 * 2
  const divisor = last ? 4 : 2
  // On the last level bit0 is 1/2 of a unit no more: its rounding is none.
  const up0 = Math.floor(bit0 / 2)
  const down0 = last ? 0 : up0 - 1
  const up1 = bit0
  const down1 = bit0 - 1
  for (let y = 0; y < height; y += 2)
    for (let x = 0; x < width; x += 2) {
      const at = y * stride + x
      const below = at + stride
      let h0 = a[at]
      if (y + 1 < height && x + 1 < width) {
        let hx = roundTo(a[below], bit1, up1, down1)
        let hy = roundTo(a[at + 1], bit1, up1, down1)
        const hc = roundTo(a[below + 1], bit0, up0, down0)
        const low0 = odd(hc, bit0) ? bit0 : 0
        hx += hx >= 0 ? -low0 : low0
        hy += hy >= 0 ? -low0 : low0
        const low1 = odd(hc, bit1) !== (odd(hx, bit1) !== odd(hy, bit1)) ? bit1 : 0
        h0 += h0 >= 0 ? low0 - low1 : low0 === 0 ? low1 : low0 - low1
        a[below + 1] = Math.floor((h0 + hx + hy + hc) / divisor)
        a[below] = Math.floor((h0 + hx - hy - hc) / divisor)
        a[at + 1] = Math.floor((h0 - hx + hy - hc) / divisor)
        a[at] = Math.floor((h0 - hx - hy + hc) / divisor)
      } else if (y + 1 < height || x + 1 < width) {
        const other = y + 1 < height ? below : at + 1
        const h = roundTo(a[other], bit1, up1, down1)
        const low1 = odd(h, bit1) ? bit1 : 0
        h0 += h0 >= 0 ? -low1 : low1
        a[other] = Math.floor((h0 + h) / divisor)
        a[at] = Math.floor((h0 - h) / divisor)
      } else a[at] = Math.floor(h0 / divisor)
    }
}

const { max, min } = Math
const clamp = (x: number, low: number, high: number) => max(min(x, high), low)

/** Differences bent towards their neighbours' means, by at most half the quantisation step and never past a turn. */
function smoothLevel(a: Float64Array, height: number, width: number, stride: number, scale: number): void {
  const limit = scale >> 1
  if (limit <= 0) return
  const slope = (at: number, step: number, target: number) => {
    const before = a[at] - a[at - step]
    const after = a[at + step] - a[at]
    const high = max(min(after, before), 0) * 4
    const low = min(max(after, before), 0) * 4
    if (low >= high) return
    const change = Math.trunc((clamp(after + before, low, high) - a[target] * 8) / 8)
    a[target] += clamp(change, -limit, limit)
  }
  for (let y = 2; y < height - 2; y += 2)
    for (let x = 0; x < width; x += 2) slope(y * stride + x, 2 * stride, (y + 1) * stride + x)
  for (let y = 0; y < height; y += 2)
    for (let x = 2; x < width - 2; x += 2) slope(y * stride + x, 2, y * stride + x + 1)
  for (let y = 2; y < height - 2; y += 2) for (let x = 2; x < width - 2; x += 2) curve(a, y * stride + x, stride, limit)
}

function curve(a: Float64Array, at: number, stride: number, limit: number): void {
  const h0 = a[at]
  const mm = a[at - 2 * stride - 2]
  const pm = a[at + 2 * stride - 2]
  const mp = a[at - 2 * stride + 2]
  const pp = a[at + 2 * stride + 2]
  const target = at + stride + 1
  const hx = a[at + stride] * 2
  const hy = a[at + 1] * 2
  const bound = (inner: typeof max, outer: typeof min) =>
    outer(
      outer(inner(pp - h0, 0) - hx - hy, inner(h0 - pm, 0) + hx - hy),
      outer(inner(h0 - mp, 0) - hx + hy, inner(mm - h0, 0) + hx + hy),
    ) * 16
  const high = bound(max, min)
  const low = bound(min, max)
  if (low >= high) return
  const change = Math.trunc((clamp(pp + mm - mp - pm, low, high) - a[target] * 64) / 64)
  a[target] += clamp(change, -limit, limit)
}

/** Smallest power of two exponent that covers n. */
export function log2Ceil(n: number): number {
  let log = 0
  while (1 << log < n) log++
  return log
}
