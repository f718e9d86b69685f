// Text to syntax tree.

import type { Query } from './ast.ts'
import { AdqlError } from './errors.ts'

export function parseAdql(_text: string): Query {
  throw new AdqlError('unsupported', 'the parser is not there yet')
}
