// A job, its parts and the list of jobs as XML (UWS 1.1, appendix B). `address` is the job's own URL, without a slash
// at its end; results, attachments and the error lie below it.

import { element, type XmlElement, xmlDocument } from '#src/xml'
import type { Job } from './job.ts'

const NAMESPACES = {
  'xmlns:uws': 'http://www.ivoa.net/xml/UWS/v1.0',
  'xmlns:xlink': 'http://www.w3.org/1999/xlink',
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
}

/** UTC with milliseconds, as `AFTER` compares them. */
export const uwsTime = (ms: number): string => new Date(ms).toISOString()

const time = (name: string, ms?: number) =>
  ms === undefined ? element(`uws:${name}`, { 'xsi:nil': true }) : element(`uws:${name}`, {}, uwsTime(ms))

export function jobXml(job: Job, address: string): string {
  const { id, runId, owner, phase, createdMs, startedMs, endedMs, destructionMs, executionDurationS, failure } = job
  return xmlDocument(
    element(
      'uws:job',
      { ...NAMESPACES, version: '1.1' },
      element('uws:jobId', {}, id),
      runId === undefined ? undefined : element('uws:runId', {}, runId),
      element('uws:ownerId', { 'xsi:nil': owner === undefined ? true : undefined }, owner),
      element('uws:phase', {}, phase),
      time('quote', quoteMs(job)),
      time('creationTime', createdMs),
      time('startTime', startedMs),
      time('endTime', endedMs),
      element('uws:executionDuration', {}, executionDurationS),
      time('destruction', destructionMs),
      parameters(job, address),
      results(job, address),
      failure &&
        element(
          'uws:errorSummary',
          { type: failure.type, hasDetail: failure.hasDetail },
          element('uws:message', {}, failure.message),
        ),
    ),
  )
}

/** The latest moment at which a running job ends; before that nothing is known. */
export const quoteMs = ({ phase, startedMs, executionDurationS }: Job): number | undefined =>
  phase === 'EXECUTING' && startedMs !== undefined ? startedMs + executionDurationS * 1000 : undefined

function parameters(job: Job, address: string, namespaces = {}): XmlElement {
  return element(
    'uws:parameters',
    namespaces,
    job.parameters.map(([id, value]) => element('uws:parameter', { id }, value)),
    // UWS 1.1 §2.2.3.1.1: what came inline is a parameter by reference, of the name of its part.
    job.attachments.map(({ name }) =>
      element('uws:parameter', { id: name, byReference: true }, `${address}/parameters/${encodeURIComponent(name)}`),
    ),
  )
}

function results(job: Job, address: string, namespaces = {}): XmlElement {
  return element(
    'uws:results',
    namespaces,
    job.results.map(({ id, mediaType, sizeBytes }) =>
      element('uws:result', {
        id,
        'xlink:type': 'simple',
        'xlink:href': `${address}/results/${encodeURIComponent(id)}`,
        size: sizeBytes,
        'mime-type': mediaType,
      }),
    ),
  )
}

export const parametersXml = (job: Job, address: string): string => xmlDocument(parameters(job, address, NAMESPACES))
export const resultsXml = (job: Job, address: string): string => xmlDocument(results(job, address, NAMESPACES))

/** `address` is the list's own URL. */
export function jobListXml(jobs: readonly Job[], address: string): string {
  return xmlDocument(
    element(
      'uws:jobs',
      { ...NAMESPACES, version: '1.1' },
      jobs.map(({ id, phase, runId, owner, createdMs }) =>
        element(
          'uws:jobref',
          { id, 'xlink:type': 'simple', 'xlink:href': `${address}/${id}` },
          element('uws:phase', {}, phase),
          runId === undefined ? undefined : element('uws:runId', {}, runId),
          owner === undefined ? undefined : element('uws:ownerId', {}, owner),
          element('uws:creationTime', {}, uwsTime(createdMs)),
        ),
      ),
    ),
  )
}
