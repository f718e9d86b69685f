// What the board shows: each service, up or down, since when the probe knows it, and how long it took to answer.

export interface Service {
  /** `origin`, `edge eu` */
  readonly name: string
  /** Its liveness address. */
  readonly url: string
}

export interface State {
  readonly name: string
  readonly up: boolean
  /** Milliseconds until it answered; absent when it did not. */
  readonly answerMs?: number
  /** One sentence. */
  readonly note: string
}

export interface Board {
  /** The node as a whole answers: its origin and at least one edge do. */
  readonly available: boolean
  readonly checkedMs: number
  readonly services: readonly State[]
}

export function boardOf(services: readonly State[], checkedMs: number): Board {
  const up = (kind: string) => services.some((state) => state.up && state.name.startsWith(kind))
  return { available: up('origin') && up('edge'), checkedMs, services }
}

/** `name=url` pairs, space-separated, as the binding SERVICES holds them. */
export function parseServices(text: string): Service[] {
  return text
    .split(/\s+/)
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=')
      return { name: pair.slice(0, equals).replaceAll('+', ' '), url: pair.slice(equals + 1) }
    })
}
