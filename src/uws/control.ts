// What clients say to jobs beside the parameters of the service: filters of the list, waiting, and the job control
// parameters (UWS 1.1 §2.2.1.2, §2.2.2.1, §2.2.3). Names are case-insensitive; what cannot be read is refused.

import { type Pairs, quoted, timestamp, usageError } from '#src/dali'
import type { Job } from './job.ts'
import { isPhase, PHASES, type Phase } from './phase.ts'

export interface JobFilter {
  /** Any of these; empty: all but ARCHIVED. */
  readonly phases: readonly Phase[]
  /** Created after it, Unix ms. */
  readonly afterMs?: number
  /** That many of the most recent, latest first. */
  readonly last?: number
}

const valuesOf = (pairs: Pairs, name: string): string[] =>
  [...pairs].filter(([given]) => given.toUpperCase() === name).map(([, value]) => value)

const wholeNumber = (text: string, name: string, least: number): number => {
  const value = Number(text)
  if (!/^-?\d{1,15}$/.test(text.trim()) || value < least)
    throw usageError(`${name} needs a whole number from ${least}, got ${quoted(text)}`, name)
  return value
}

export function jobFilter(pairs: Pairs): JobFilter {
  const list = [...pairs]
  const phases = valuesOf(list, 'PHASE').map((text) => phaseOf(text))
  const after = valuesOf(list, 'AFTER').map((text) => timestamp.parse(text, 'AFTER'))
  const last = valuesOf(list, 'LAST').map((text) => wholeNumber(text, 'LAST', 1))
  return {
    phases: [...new Set(phases)],
    ...(after.length > 0 && { afterMs: Math.max(...after) }),
    ...(last.length > 0 && { last: Math.min(...last) }),
  }
}

/** What a store does with its own list: the latest first. */
export function inFilter<J extends Pick<Job, 'phase' | 'createdMs'>>(
  jobs: readonly J[],
  { phases, afterMs = -1, last }: JobFilter,
): J[] {
  const wanted = ({ phase, createdMs }: J) =>
    (phases.length > 0 ? phases.includes(phase) : phase !== 'ARCHIVED') && createdMs > afterMs
  return jobs
    .filter(wanted)
    .toSorted((a, b) => b.createdMs - a.createdMs)
    .slice(0, last)
}

function phaseOf(text: string): Phase {
  const phase = text.trim().toUpperCase()
  if (!isPhase(phase)) throw usageError(`PHASE ${quoted(text)} is none of ${PHASES.join(', ')}`, 'PHASE')
  return phase
}

export interface JobWait {
  /** Seconds; Infinity for -1. */
  readonly seconds: number
  /** Only while the job is in it. */
  readonly phase?: Phase
}

/** `?WAIT=60&PHASE=QUEUED`; undefined where nothing is to be waited for. */
export function jobWait(pairs: Pairs): JobWait | undefined {
  const list = [...pairs]
  const [text] = valuesOf(list, 'WAIT')
  if (text === undefined) return undefined
  const seconds = wholeNumber(text, 'WAIT', -1)
  const [phase] = valuesOf(list, 'PHASE')
  return { seconds: seconds === -1 ? Number.POSITIVE_INFINITY : seconds, phase: phase ? phaseOf(phase) : undefined }
}

/** The job control parameters of a POST, wherever in the job's tree it went to. */
export interface JobControl {
  readonly phase?: 'RUN' | 'ABORT'
  readonly destructionMs?: number
  readonly executionDurationS?: number
  readonly remove: boolean
  /** Everything else, for the service. */
  readonly parameters: readonly (readonly [string, string])[]
}

const CONTROL = new Set(['PHASE', 'DESTRUCTION', 'EXECUTIONDURATION', 'ACTION'])

export function jobControl(pairs: Pairs): JobControl {
  const list = [...pairs]
  const last = (name: string) => valuesOf(list, name).at(-1)?.trim()
  const phase = last('PHASE')?.toUpperCase()
  if (phase !== undefined && phase !== 'RUN' && phase !== 'ABORT')
    throw usageError(`PHASE takes RUN or ABORT, got ${quoted(phase)}`, 'PHASE')
  const action = last('ACTION')?.toUpperCase()
  if (action !== undefined && action !== 'DELETE')
    throw usageError(`ACTION takes DELETE, got ${quoted(action)}`, 'ACTION')
  const destruction = last('DESTRUCTION')
  const duration = last('EXECUTIONDURATION')
  return {
    phase,
    remove: action === 'DELETE',
    destructionMs: destruction === undefined ? undefined : timestamp.parse(destruction, 'DESTRUCTION'),
    executionDurationS: duration === undefined ? undefined : wholeNumber(duration, 'EXECUTIONDURATION', 0),
    parameters: list.filter(([name]) => !CONTROL.has(name.toUpperCase())),
  }
}
