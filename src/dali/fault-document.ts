// Errors as documents: text/plain with SODA's words, or the VOTable with QUERY_STATUS=ERROR of TAP, SIA and DataLink
// (DALI 1.2 §5.4.2), or plain text with their words where a text format was asked for (SIA 2.0 §3.2).

import { votableError } from '#src/votable'
import { asDaliError, dalFaultText, FAULTS, sodaFault } from './fault.ts'

export type FaultStyle = 'soda' | 'votable' | 'text'

export interface FaultDocument {
  readonly status: number
  readonly contentType: string
  readonly body: string
  readonly retryAfterS?: number
}

export interface FaultDocumentOptions {
  /** The standard of the service, without fragment, for an INFO (DALI 1.2 §5.4.3). */
  readonly standardId?: string
}

const TEXT = 'text/plain; charset=utf-8'

export function faultDocument(error: unknown, style: FaultStyle, options: FaultDocumentOptions = {}): FaultDocument {
  const { code, retryAfterS } = asDaliError(error)
  const { status } = FAULTS[code]
  if (style === 'soda') return { status, contentType: TEXT, body: sodaFault(error).body, retryAfterS }
  if (style === 'text') return { status, contentType: TEXT, body: `${dalFaultText(error)}\n`, retryAfterS }
  return { status, contentType: 'application/x-votable+xml', body: votableFault(error, options), retryAfterS }
}

/** The VOTable itself. */
export const votableFault = (error: unknown, { standardId }: FaultDocumentOptions = {}): string =>
  votableError(dalFaultText(error), { infos: standardId ? [{ name: 'standardID', value: standardId }] : [] })
