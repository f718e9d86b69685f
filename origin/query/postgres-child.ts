import type { ChildStore } from './child-store.ts'
import type { ProcessLimits } from './orders.ts'

export function openPostgres(_url: string, _limits: ProcessLimits): Promise<ChildStore> {
  throw new Error('not written yet')
}
