// What the isolates and the Durable Object of their flights say to one another.

/** On the request for the origin, as JSON: a FlightPlan. */
export const FLIGHT_HEADER = 'x-skyedge-flight'

export interface FlightPlan {
  readonly key: string
  readonly generation?: string
  /** Rights are decided at the edge: `private` is then for the client's side. */
  readonly decided: boolean
  readonly timeoutMs: number
}

export type Landing = (
  | {
      readonly kind: 'whole'
      readonly status: number
      readonly headers: readonly (readonly [string, string])[]
      readonly body: ArrayBuffer
    }
  /** Too large to be handed over: in the outermost tier. */
  | { readonly kind: 'stored' }
  /** To be asked for by each on its own. */
  | { readonly kind: 'apart' }
  | { readonly kind: 'away'; readonly status: 502 | 504; readonly message: string }
) & {
  /** An answer to one person. */
  readonly personal?: boolean
  /** It was under way already. */
  readonly shared?: boolean
}

const LENGTH_BYTES = 4

/** The length of the JSON (uint32, big-endian), the JSON, the body. */
export function frame(landing: Landing): Uint8Array<ArrayBuffer> {
  const { body, ...rest } = { body: new ArrayBuffer(0), ...landing }
  const head = new TextEncoder().encode(JSON.stringify(rest))
  const bytes = new Uint8Array(LENGTH_BYTES + head.byteLength + body.byteLength)
  new DataView(bytes.buffer).setUint32(0, head.byteLength)
  bytes.set(head, LENGTH_BYTES)
  bytes.set(new Uint8Array(body), LENGTH_BYTES + head.byteLength)
  return bytes
}

/** Throws when it is cut short. */
export function unframe(bytes: ArrayBuffer): Landing {
  const start = LENGTH_BYTES + new DataView(bytes).getUint32(0)
  const landing = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, LENGTH_BYTES, start - LENGTH_BYTES)))
  return landing.kind === 'whole' ? { ...landing, body: bytes.slice(start) } : landing
}
