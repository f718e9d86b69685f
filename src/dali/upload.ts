// UPLOAD (DALI 1.2 §4.4.5, TAP 1.1 §2.8): `name,uri`, several of them by repeating the parameter or, as TAP 1.0 clients do,
// between semicolons. `param:part` names a file of the same multipart request; other schemes only where a service takes them.

import { quoted, usageError } from './fault.ts'
import type { Literal } from './literal.ts'

export interface Upload {
  /** Of the table: letters, digits and underscores, a letter first. */
  readonly name: string
  readonly uri: string
  /** The part's name, for `param:`. */
  readonly part?: string
}

/** `schemes` without colon, lower case. What is not among them is refused, and the message says what is taken. */
export const upload = ({ schemes = ['param'] }: { schemes?: readonly string[] } = {}): Literal<readonly Upload[]> => ({
  datatype: 'char',
  arraysize: '*',
  parse: (text, name) => text.split(';').map((pair) => oneUpload(pair.trim(), name, schemes)),
  format: (uploads) => uploads.map(({ name, uri }) => `${name},${uri}`).join(';'),
})

function oneUpload(text: string, parameter: string, schemes: readonly string[]): Upload {
  const match = /^([A-Za-z][A-Za-z0-9_]{0,63})\s*,\s*(\S{1,2048})$/.exec(text)
  if (!match) throw usageError(`${parameter} needs a table's name, a comma and a URI, got ${quoted(text)}`, parameter)
  const [, name, uri] = match
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(uri)?.[1].toLowerCase()
  if (scheme === undefined || !schemes.includes(scheme))
    throw usageError(
      `${parameter} ${quoted(uri)} cannot be read; URIs of the scheme ${schemes.join(', ')} are taken${schemes.includes('param') ? ' (param: names a file of the same request)' : ''}`,
      parameter,
    )
  return { name, uri, part: scheme === 'param' ? uri.slice('param:'.length) : undefined }
}

/** All of a request; names are unique whatever their case. */
export function uploadsOf(values: readonly (readonly Upload[])[], parameter = 'UPLOAD'): readonly Upload[] {
  const uploads = values.flat()
  const seen = new Set<string>()
  for (const { name } of uploads) {
    if (seen.has(name.toLowerCase()))
      throw usageError(`${parameter} names two tables ${quoted(name)}; each needs a name of its own`, parameter)
    seen.add(name.toLowerCase())
  }
  return uploads
}
