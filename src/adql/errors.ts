// The one error of the ADQL room. Lines and columns count from 1 in the text as it was sent; a tab counts as one column.

export type AdqlErrorCode =
  | 'too-long'
  | 'too-deep'
  | 'too-many'
  | 'bad-token'
  | 'syntax'
  | 'reserved-word'
  | 'unknown-table'
  | 'unknown-column'
  | 'unknown-function'
  | 'ambiguous'
  | 'wrong-arguments'
  | 'wrong-type'
  | 'misplaced-aggregate'
  | 'not-grouped'
  | 'bad-value'
  | 'unsupported'

/** A query that cannot be understood: what is wrong, where, and what would have been right, in one sentence. */
export class AdqlError extends Error {
  readonly code: AdqlErrorCode
  /** From 1; 0 where the whole text is meant. */
  readonly line: number
  readonly column: number
  /** What stands there, as written; empty at the end of the query. */
  readonly token: string
  /** What would have been right there, for programs; '' where it cannot be said shortly. */
  readonly expected: string

  constructor(
    code: AdqlErrorCode,
    message: string,
    {
      line = 0,
      column = 0,
      token = '',
      expected = '',
    }: Partial<Pick<AdqlError, 'line' | 'column' | 'token' | 'expected'>> = {},
  ) {
    // The text is a stranger's: no line ends, and not the whole of it.
    const clean = message.replace(/\p{Cc}+/gu, ' ').slice(0, 600)
    super(line > 0 ? `${clean} (line ${line}, column ${column})` : clean)
    this.name = 'AdqlError'
    this.code = code
    this.line = line
    this.column = column
    this.token = token.slice(0, 100)
    this.expected = expected
  }
}

/** The error at an offset of the text; lines end with LF, CR or CR LF. */
export function errorAt(
  text: string,
  at: number,
  code: AdqlErrorCode,
  message: string,
  { token = '', expected = '' }: { token?: string; expected?: string } = {},
): AdqlError {
  const before = text.slice(0, at)
  const lines = before.split(/\r\n|\r|\n/)
  return new AdqlError(code, message, {
    line: lines.length,
    column: (lines.at(-1) ?? '').length + 1,
    token,
    expected,
  })
}
