// Pieces of SQL with their values: sql`a = ${5}` has a `?` and the value 5; a piece inside a piece is put in as it is.

export type FragmentValue = string | number | bigint | null | Uint8Array

export interface Fragment {
  readonly text: string
  readonly params: readonly FragmentValue[]
}

const isFragment = (value: unknown): value is Fragment =>
  typeof value === 'object' && value !== null && 'text' in value && 'params' in value

export function sql(strings: TemplateStringsArray, ...values: readonly (Fragment | FragmentValue)[]): Fragment {
  const params: FragmentValue[] = []
  let text = strings[0]
  values.forEach((value, i) => {
    if (isFragment(value)) {
      text += value.text
      params.push(...value.params)
    } else {
      text += '?'
      params.push(value)
    }
    text += strings[i + 1]
  })
  return { text, params }
}

/** SQL of our own as it stands. */
export const raw = (text: string): Fragment => ({ text, params: [] })

export function join(parts: readonly Fragment[], separator: string): Fragment {
  return { text: parts.map(({ text }) => text).join(separator), params: parts.flatMap(({ params }) => params) }
}

/** Text as a literal of either dialect; for constants of ours, never for what came in. */
export const literal = (value: string | number | null): string =>
  value === null ? 'NULL' : typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`
