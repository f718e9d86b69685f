// Which failures of the map commands are the caller's slip (exit status 2): a name or an option that cannot be.

import { HipsBuildError } from '../../origin/hips/errors.ts'
import { OthersError } from '../../origin/hips/others/errors.ts'
import { UsageError } from '../usage.ts'

const SLIPS = ['bad-option', 'bad-name', 'no-such-map']

export function asUsage(error: unknown): unknown {
  const known = error instanceof HipsBuildError || error instanceof OthersError
  return known && SLIPS.includes(error.code) ? new UsageError(error.message) : error
}
