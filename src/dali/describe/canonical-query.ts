// The canonical query: parsed, then formatted again, names upper case and sorted, passive parameters left out.
// Equal requests have equal canonical queries whatever the order, the case of names or the spelling of numbers.

import type { Service, ValuesOf } from '../param.ts'

export function canonicalQuery<S extends Service>(service: S, values: ValuesOf<S>): string {
  const query = new URLSearchParams()
  for (const name of Object.keys(service.params).sort()) {
    const { literal, passive } = service.params[name]
    if (passive) continue
    const texts = (values[name] as readonly unknown[]).map((value) => literal.format(value))
    for (const text of [...new Set(texts)].sort()) query.append(name, text)
  }
  return query.toString()
}
