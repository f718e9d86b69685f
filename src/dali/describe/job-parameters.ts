// The parameters of a request as names and texts: what UWS shows of a job (UWS 1.1 §2.1.11), with each value in its
// canonical spelling and every parameter under its own name, in the order of the service's table.

import type { Service, ValuesOf } from '../param.ts'

export function requestPairs<S extends Service>(service: S, values: ValuesOf<S>): [string, string][] {
  return Object.entries(service.params).flatMap(([name, { literal }]) =>
    (values[name] as readonly unknown[]).map((value): [string, string] => [name, literal.format(value)]),
  )
}
