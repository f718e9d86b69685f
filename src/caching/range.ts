// `Range: bytes=…` (RFC 9110 §14). One range or one suffix is honoured; several ranges get the whole body,
// which §14.2 allows and which no client of ours is hurt by; a broken header is ignored.

export type RangeAnswer =
  | { readonly kind: 'whole' }
  /** Bytes [start, end), at least one. */
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  /** 416, with `Content-Range: bytes *\/size`. */
  | { readonly kind: 'unsatisfiable' }

const WHOLE: RangeAnswer = { kind: 'whole' }

export function parseRange(header: string | null | undefined, size: number): RangeAnswer {
  const match = header ? /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header) : null
  if (!match || (match[1] === '' && match[2] === '')) return WHOLE
  // More than 15 digits are beyond any file and beyond exact numbers: they read as "past the end".
  const number = (digits: string) => (digits.length > 15 ? Number.MAX_SAFE_INTEGER : Number(digits))
  if (match[1] === '') {
    const suffix = Math.min(number(match[2]), size)
    return suffix === 0 ? { kind: 'unsatisfiable' } : { kind: 'part', start: size - suffix, end: size }
  }
  const start = number(match[1])
  const last = match[2] === '' ? size - 1 : number(match[2])
  if (match[2] !== '' && last < start) return WHOLE
  if (start >= size) return { kind: 'unsatisfiable' }
  return { kind: 'part', start, end: Math.min(last + 1, size) }
}

export const contentRange = (start: number, end: number, size: number): string => `bytes ${start}-${end - 1}/${size}`
export const unsatisfiedRange = (size: number): string => `bytes */${size}`
