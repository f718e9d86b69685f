// The life of a job (UWS 1.1 §2.1.3): its phases and the only ways from one to the next, as a table.

export const PHASES = [
  'PENDING',
  'QUEUED',
  'EXECUTING',
  'COMPLETED',
  'ERROR',
  'ABORTED',
  'UNKNOWN',
  'HELD',
  'SUSPENDED',
  'ARCHIVED',
] as const
export type Phase = (typeof PHASES)[number]

/**
 * From each phase the ones that may follow. EXECUTING -> QUEUED: the process that ran it went away and another begins
 * anew. PENDING -> ABORTED: a client may give up a job that it never started.
 */
export const TRANSITIONS: Readonly<Record<Phase, readonly Phase[]>> = {
  PENDING: ['QUEUED', 'ABORTED', 'ERROR'],
  QUEUED: ['EXECUTING', 'ABORTED', 'ERROR', 'HELD'],
  EXECUTING: ['COMPLETED', 'ERROR', 'ABORTED', 'QUEUED', 'SUSPENDED'],
  HELD: ['QUEUED', 'ABORTED', 'ERROR'],
  SUSPENDED: ['EXECUTING', 'QUEUED', 'ABORTED', 'ERROR'],
  UNKNOWN: ['ERROR', 'ABORTED'],
  COMPLETED: ['ARCHIVED'],
  ERROR: ['ARCHIVED'],
  ABORTED: ['ARCHIVED'],
  ARCHIVED: [],
}

export const mayBecome = (from: Phase, to: Phase): boolean => TRANSITIONS[from].includes(to)

/** All phases from which `to` may be reached. */
export const phasesBefore = (to: Phase): Phase[] => PHASES.filter((phase) => mayBecome(phase, to))

/** Nothing more will happen to it. */
export const isOver = (phase: Phase): boolean => ['COMPLETED', 'ERROR', 'ABORTED', 'ARCHIVED'].includes(phase)

/** UWS 1.1 §2.2.1.2: "may block only when in one of the active phases (PENDING, QUEUED or EXECUTING)". */
export const isActive = (phase: Phase): boolean => phase === 'PENDING' || phase === 'QUEUED' || phase === 'EXECUTING'

export const isPhase = (text: string): text is Phase => (PHASES as readonly string[]).includes(text)
