// Windows of pixels and how they lie on an image. A window is half-open: x0 <= x < x1, y0 <= y < y1.

export interface Window {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

export type Overlap = 'inside' | 'partial' | 'none'

/** The part of a window that lies on an image of this size; undefined where none does. */
export function clipWindow(window: Window, width: number, height: number): Window | undefined {
  const x0 = Math.max(0, window.x0)
  const y0 = Math.max(0, window.y0)
  const x1 = Math.min(width, window.x1)
  const y1 = Math.min(height, window.y1)
  return x0 < x1 && y0 < y1 ? { x0, y0, x1, y1 } : undefined
}

export function overlap(window: Window, width: number, height: number): Overlap {
  const clipped = clipWindow(window, width, height)
  if (!clipped) return 'none'
  const whole = clipped.x0 === window.x0 && clipped.y0 === window.y0
  return whole && clipped.x1 === window.x1 && clipped.y1 === window.y1 ? 'inside' : 'partial'
}

/** The window of `size` pixels whose middle lies nearest to the point (x, y); it may hang over the image. */
export function windowAround(x: number, y: number, sizeX: number, sizeY = sizeX): Window {
  const x0 = Math.round(x - (sizeX - 1) / 2)
  const y0 = Math.round(y - (sizeY - 1) / 2)
  return { x0, y0, x1: x0 + sizeX, y1: y0 + sizeY }
}
