// The noise of a tile from differences of pixels two apart (Stoehr et al. 2007; Pence et al. 2009, sect. 4): the median
// of 2nd, 3rd and 5th order differences, scaled to the sigma of Gaussian noise. Stars and gradients hardly move it.

export interface NoiseEstimate {
  readonly min: number
  readonly max: number
  /** Pixels that are numbers. */
  readonly good: number
  /** Sigma, in pixel values; 0 where every difference is 0. */
  readonly sigma: number
}

const SCALE = [1.0483579, 0.6052697, 0.1772048]

/** Rows of `width` pixels, each judged alone, then the median over the rows; NaNs are left out. */
export function estimateNoise(pixels: ArrayLike<number>, width: number, height: number): NoiseEstimate {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  let good = 0
  const row = new Float64Array(width)
  const differences = [new Float64Array(width), new Float64Array(width), new Float64Array(width)]
  const medians: number[][] = [[], [], []]
  for (let y = 0; y < height; y++) {
    let n = 0
    for (let x = 0; x < width; x++) {
      const value = pixels[y * width + x]
      if (Number.isNaN(value)) continue
      row[n++] = value
      if (value < min) min = value
      if (value > max) max = value
    }
    good += n
    if (n < 9) continue
    const counts = rowDifferences(row, n, differences)
    if (counts[1] === 0) continue
    for (let order = 0; order < 3; order++)
      medians[order].push(counts[order] > 0 ? lowerMedian(differences[order], counts[order]) : 0)
  }
  const [second, third, fifth] = medians.map((values, order) => SCALE[order] * middle(values))
  let sigma = third
  if (second !== 0 && second < sigma) sigma = second
  if (fifth !== 0 && fifth < sigma) sigma = fifth
  return good === 0 ? { min: 0, max: 1, good, sigma: 1 } : { min, max, good, sigma }
}

/** Fills the three lists for one row; stretches of equal pixels (padding, saturation) tell nothing and are passed over. */
function rowDifferences(v: Float64Array, n: number, [d2, d3, d5]: Float64Array[]): [number, number, number] {
  let n2 = 0
  let n3 = 0
  for (let i = 8; i < n; i++) {
    const a = v[i - 8]
    const b = v[i - 6]
    const c = v[i - 4]
    const d = v[i - 2]
    const e = v[i]
    if (!(v[i - 3] === d && d === v[i - 1])) d2[n2++] = Math.abs(c - d)
    const flat = v[i - 5] === c && c === v[i - 3] && v[i - 3] === d && d === v[i - 1]
    if (flat) continue
    d3[n3] = Math.abs(2 * c - b - d)
    d5[n3] = Math.abs(6 * c - 4 * b - 4 * d + a + e)
    n3++
  }
  return [n2, n3, n3]
}

/** The value of rank (count - 1) >> 1, by Hoare's selection: the list is left half sorted. */
function lowerMedian(values: Float64Array, count: number): number {
  const rank = (count - 1) >> 1
  let low = 0
  let high = count - 1
  while (low < high) {
    const pivot = values[(low + high) >> 1]
    let i = low
    let j = high
    while (i <= j) {
      while (values[i] < pivot) i++
      while (values[j] > pivot) j--
      if (i > j) break
      const value = values[i]
      values[i++] = values[j]
      values[j--] = value
    }
    if (rank <= j) high = j
    else if (rank >= i) low = i
    else break
  }
  return values[rank]
}

function middle(values: number[]): number {
  if (values.length === 0) return 0
  values.sort((a, b) => a - b)
  return (values[(values.length - 1) >> 1] + values[values.length >> 1]) / 2
}
