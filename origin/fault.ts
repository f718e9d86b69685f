// Errors of the rooms behind us in the one table's words. Sentences that were written for clients pass; what a file, a disk or a
// database said goes to the log alone.

import { AdqlError } from '#src/adql'
import { DaliError, type FaultCode } from '#src/dali'
import { FitsError } from '#src/fits'
import { PackError } from '#src/hips'
import { StorageError } from '#src/storage'
import { CatalogError } from './catalog/store.ts'
import { JobError } from './jobs/errors.ts'
import { QueryError, type QueryErrorCode } from './query/errors.ts'

const QUERY_FAULTS: Readonly<Record<QueryErrorCode, FaultCode>> = {
  overloaded: 'overloaded',
  timeout: 'timeout',
  aborted: 'unavailable',
  'too-large': 'too-large',
  'bad-upload': 'usage',
  refused: 'usage',
  failed: 'usage',
  unavailable: 'unavailable',
}

export function asFault(error: unknown): DaliError {
  if (error instanceof DaliError) return error
  const cause = { cause: error }
  if (error instanceof AdqlError) return new DaliError('usage', error.message, { ...cause, parameter: 'QUERY' })
  if (error instanceof QueryError)
    return new DaliError(QUERY_FAULTS[error.code], error.message, { ...cause, retryAfterS: error.retryAfterS })
  if (error instanceof JobError)
    return new DaliError(error.code === 'too-long' ? 'timeout' : 'unavailable', error.message, cause)
  if (error instanceof StorageError && error.code === 'changed')
    return new DaliError('unavailable', 'the file of this product was replaced since it was taken in', {
      ...cause,
      retryAfterS: 5,
    })
  if (error instanceof StorageError && error.code === 'absent')
    return new DaliError('unavailable', 'the file of this product is not where it was', { ...cause, retryAfterS: 300 })
  if (error instanceof StorageError || error instanceof CatalogError)
    return new DaliError('unavailable', 'the data cannot be read now', { ...cause, retryAfterS: 30 })
  if (error instanceof PackError)
    return new DaliError('unavailable', 'this part of the map is damaged where it is stored', {
      ...cause,
      retryAfterS: 300,
    })
  if (error instanceof FitsError) return new DaliError('internal', 'the file of this product is broken', cause)
  if (error instanceof Error && error.name === 'TimeoutError')
    return new DaliError('timeout', 'it took too long', { ...cause, retryAfterS: 30 })
  return new DaliError('internal', 'internal error', cause)
}
