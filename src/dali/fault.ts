// Faults: the one table from a code to its class, HTTP status and words (DALI 1.2 §5.2, SODA 1.0 §5.2).
// Rooms throw their own errors; what reaches a client goes through here and holds only what the table and the
// thrower's one sentence say.

export type FaultCode =
  | 'usage'
  | 'multi-valued'
  | 'not-found'
  | 'too-large'
  | 'authentication'
  | 'authorization'
  | 'unavailable'
  | 'timeout'
  | 'overloaded'
  | 'internal'

export type FaultClass = 'usage' | 'transient' | 'fatal' | 'authentication' | 'authorization'

export interface FaultKind {
  readonly class: FaultClass
  readonly status: number
  /** The string that SODA 1.0 §5.2 wants a text/plain error to begin with. */
  readonly sodaText: string
}

export const FAULTS: Readonly<Record<FaultCode, FaultKind>> = {
  usage: { class: 'usage', status: 400, sodaText: 'UsageError' },
  'multi-valued': { class: 'usage', status: 400, sodaText: 'MultiValuedParamNotSupported' },
  // DALI 1.2 §5.2: a resource that does not exist is HTTP's own 404; SODA has no word of its own for it.
  'not-found': { class: 'usage', status: 404, sodaText: 'UsageError' },
  'too-large': { class: 'usage', status: 413, sodaText: 'UsageError' },
  authentication: { class: 'authentication', status: 401, sodaText: 'AuthenticationError' },
  authorization: { class: 'authorization', status: 403, sodaText: 'AuthorizationError' },
  unavailable: { class: 'transient', status: 503, sodaText: 'ServiceUnavailable' },
  timeout: { class: 'transient', status: 504, sodaText: 'ServiceUnavailable' },
  overloaded: { class: 'transient', status: 503, sodaText: 'ServiceUnavailable' },
  internal: { class: 'fatal', status: 500, sodaText: 'Error' },
}

export interface FaultOptions extends ErrorOptions {
  /** The parameter that is at fault, as the standard spells it. */
  readonly parameter?: string
  /** Seconds after which a transient fault may be gone. */
  readonly retryAfterS?: number
}

/** A request that cannot be answered as asked. The message is one sentence, fit for the client. */
export class DaliError extends Error {
  readonly code: FaultCode
  readonly parameter?: string
  readonly retryAfterS?: number
  constructor(code: FaultCode, message: string, { parameter, retryAfterS, cause }: FaultOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'DaliError'
    this.code = code
    this.parameter = parameter
    this.retryAfterS = retryAfterS
  }
}

export const usageError = (message: string, parameter?: string): DaliError =>
  new DaliError('usage', message, { parameter })

/** SODA's text/plain error document. Anything that is no DaliError is `Error: internal error`: its words stay inside. */
export function sodaFault(error: unknown): { status: number; body: string; retryAfterS?: number } {
  const fault = error instanceof DaliError ? error : new DaliError('internal', 'internal error')
  const { status, sodaText } = FAULTS[fault.code]
  return { status, body: `${sodaText}: ${plain(fault.message)}\n`, retryAfterS: fault.retryAfterS }
}

const MAX_QUOTED = 120

/** A value of the request inside a message: quoted, printable, short. */
export function quoted(value: string): string {
  const short = value.length > MAX_QUOTED ? `${value.slice(0, MAX_QUOTED)}…` : value
  return `"${plain(short)}"`
}

/** Control characters become spaces: a message is one line. */
const plain = (text: string) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
