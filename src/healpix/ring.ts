// Nested and ring numbering (Gorski et al. 2005, section 5.2). Rings are counted from the north pole; the first cell
// of a ring is the first one east of longitude 0.

import { FACE_LON, FACE_ROW, joinCell, splitCell } from './nested.ts'
import { cellCount, checkCell } from './order.ts'

/** The ring index of a nested cell. */
export function nestedToRing(order: number, npix: number): number {
  checkCell(order, npix)
  const [face, x, y] = splitCell(order, npix, new Int32Array(3))
  const n = 2 ** order
  const row = FACE_ROW[face] * n - x - y - 1
  const polar = row < n || row > 3 * n
  const nr = row < n ? row : row > 3 * n ? 4 * n - row : n
  const shift = polar ? 0 : (row - n) & 1
  const before =
    row < n
      ? 2 * row * (row - 1)
      : row > 3 * n
        ? cellCount(order) - 2 * nr * (nr + 1)
        : 2 * n * (n - 1) + (row - n) * 4 * n
  let place = (FACE_LON[face] * nr + x - y + 1 + shift) / 2
  if (place > 4 * nr) place -= 4 * nr
  if (place < 1) place += 4 * nr
  return before + place - 1
}

/** The nested index of a ring cell. */
export function ringToNested(order: number, ring: number): number {
  checkCell(order, ring)
  const n = 2 ** order
  const cap = 2 * n * (n - 1)
  const count = cellCount(order)
  let row: number
  let place: number
  let nr = n
  let shift = 0
  let face: number
  if (ring < cap || ring >= count - cap) {
    const fromPole = ring < cap ? ring : count - 1 - ring
    nr = Math.floor((1 + Math.sqrt(1 + 2 * fromPole)) / 2)
    while (2 * nr * (nr - 1) > fromPole) nr--
    while (2 * nr * (nr + 1) <= fromPole) nr++
    const inRing = fromPole - 2 * nr * (nr - 1)
    place = ring < cap ? inRing + 1 : 4 * nr - inRing
    row = ring < cap ? nr : 4 * n - nr
    face = Math.floor((place - 1) / nr) + (ring < cap ? 0 : 8)
  } else {
    const inBelt = ring - cap
    row = Math.floor(inBelt / (4 * n)) + n
    place = (inBelt % (4 * n)) + 1
    shift = (row + n) & 1
    const ire = row - n + 1
    const irm = 2 * n + 2 - ire
    const facem = Math.floor((place - (ire >> 1) + n - 1) / n)
    const facep = Math.floor((place - (irm >> 1) + n - 1) / n)
    face = facep === facem ? (facep & 3) | 4 : facep < facem ? facep : facem + 8
  }
  const along = 2 * place - FACE_LON[face] * nr - 1 - shift
  const wrappedAlong = along >= 2 * n ? along - 8 * n : along
  const down = FACE_ROW[face] * n - row - 1
  return joinCell(order, face, (down + wrappedAlong) / 2, (down - wrappedAlong) / 2)
}
