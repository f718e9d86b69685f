// What keeps something out of the catalogue, and which errors keep out one file only.

import { FitsError } from '#src/fits'
import { SkyError } from '#src/sky'
import { StorageError } from '#src/storage'
import { WcsError } from '#src/wcs'

export type IngestErrorCode = 'refused' | 'bad-mapping' | 'no-folder' | 'bad-repository' | 'bad-table'

/** A file that is not taken, a mapping that cannot be used: one sentence, without the machine's paths. */
export class IngestError extends Error {
  readonly code: IngestErrorCode
  constructor(code: IngestErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'IngestError'
    this.code = code
  }
}

const OF_ONE_FILE = [IngestError, FitsError, WcsError, SkyError, StorageError]

/** Why one file is not taken while the rest goes on; undefined for what stops everything. */
export function reasonOf(error: unknown): string | undefined {
  // A disk that answers with an error in the middle of a file.
  if (error instanceof Error && 'syscall' in error && 'code' in error) return `cannot be read (${error.code})`
  if (error instanceof IngestError && error.code === 'bad-repository') return undefined
  return OF_ONE_FILE.some((kind) => error instanceof kind) ? (error as Error).message : undefined
}
