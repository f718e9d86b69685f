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
  /** The string of SIA 2.0 §3.2 and DataLink 1.1 §3.4. */
  readonly dalText: 'UsageFault' | 'NotFoundFault' | 'TransientFault' | 'FatalFault' | 'DefaultFault'
}

export const FAULTS: Readonly<Record<FaultCode, FaultKind>> = {
  usage: { class: 'usage', status: 400, sodaText: 'UsageError', dalText: 'UsageFault' },
  'multi-valued': { class: 'usage', status: 400, sodaText: 'MultiValuedParamNotSupported', dalText: 'UsageFault' },
  // DALI 1.2 §5.2: a resource that does not exist is HTTP's own 404; SODA has no word of its own for it.
  'not-found': { class: 'usage', status: 404, sodaText: 'UsageError', dalText: 'NotFoundFault' },
  'too-large': { class: 'usage', status: 413, sodaText: 'UsageError', dalText: 'UsageFault' },
  authentication: { class: 'authentication', status: 401, sodaText: 'AuthenticationError', dalText: 'DefaultFault' },
  authorization: { class: 'authorization', status: 403, sodaText: 'AuthorizationError', dalText: 'DefaultFault' },
  unavailable: { class: 'transient', status: 503, sodaText: 'ServiceUnavailable', dalText: 'TransientFault' },
  timeout: { class: 'transient', status: 504, sodaText: 'ServiceUnavailable', dalText: 'TransientFault' },
  overloaded: { class: 'transient', status: 503, sodaText: 'ServiceUnavailable', dalText: 'TransientFault' },
  internal: { class: 'fatal', status: 500, sodaText: 'Error', dalText: 'FatalFault' },
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

/** What is no DaliError becomes `internal error`: its own words stay inside. */
export const asDaliError = (error: unknown): DaliError =>
  error instanceof DaliError ? error : new DaliError('internal', 'internal error')

/** `UsageFault: …`: an error of TAP, SIA and DataLink in one line, as INFO text, UWS summary or a row's error_message. */
export function dalFaultText(error: unknown): string {
  const fault = asDaliError(error)
  return `${FAULTS[fault.code].dalText}: ${plain(fault.message)}`
}

/** SODA's text/plain error document. Anything that is no DaliError is `Error: internal error`: its words stay inside. */
export function sodaFault(error: unknown): { status: number; body: string; retryAfterS?: number } {
  const fault = asDaliError(error)
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
