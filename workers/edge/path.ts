// The path of a request as the rest of the worker may trust it: every segment decoded once and encoded one way,
// doubled slashes collapsed (Aladin Lite sends `//Moc.fits`), and no dot segment, slash, backslash, percent sign
// or control character hidden in an escape. workerd hands the request line over as it came: it normalises nothing.

/** What nearly every request looks like: nothing to decode, nothing to collapse. */
const PLAIN = /^(?:\/[\w~!$&'()*+,;=:@-][\w.~!$&'()*+,;=:@-]*)*\/?$/
const MAX_LENGTH = 2048

/** The path of an absolute URL, as sent, without query or fragment. */
export function rawPath(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  if (start < 0) return '/'
  const end = url.slice(start).search(/[?#]/)
  return end < 0 ? url.slice(start) : url.slice(start, start + end)
}

/** The query of an absolute URL, as sent, without `?`. */
export function rawQuery(url: string): string {
  const start = url.indexOf('?')
  if (start < 0) return ''
  const end = url.indexOf('#', start)
  return url.slice(start + 1, end < 0 ? undefined : end)
}

/** The canonical path, or `undefined` when it holds a trick: then the answer is 400. */
export function cleanPath(raw: string): string | undefined {
  if (raw.length > MAX_LENGTH) return undefined
  if (PLAIN.test(raw)) return raw
  const segments: string[] = []
  for (const segment of raw.split('/')) {
    if (segment === '') continue
    const plain = decoded(segment)
    if (plain === undefined || !isHarmless(plain)) return undefined
    segments.push(encodeURIComponent(plain).replace(/%(?:2[46BC]|3[ABD]|40)/g, (code) => decodeURIComponent(code)))
  }
  const folder = raw.endsWith('/') && segments.length > 0 ? '/' : ''
  return `/${segments.join('/')}${folder}`
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

// A percent sign that survives one decoding is a second layer of escapes: nobody honest sends it.
const isHarmless = (segment: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  segment !== '.' && segment !== '..' && !/[\x00-\x1f\x7f/\\%]/.test(segment)
