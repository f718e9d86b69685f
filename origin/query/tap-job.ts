// A query as a job: the same parameters and the same run as a synchronous one, its table written to the job's folder.

import { dalFaultText, FAULTS, quoted, type Upload, usageError, votableFault } from '#src/dali'
import type { Principal } from '#src/rights'
import { ownResult, parseTap, TAP, type TapRequest } from '#src/services'
import type { JobAttachment } from '#src/uws'
import type { Info } from '#src/votable'
import { asFault } from '../fault.ts'
import type { JobHandler } from '../jobs/runner.ts'
import type { JobService } from '../jobs/service.ts'
import { type QueryWorld, runAdql, type UploadedTable } from './run.ts'

export const TAP_JOB = 'tap'

export function tapJobs(world: QueryWorld, clock: () => number, jobs: () => JobService): JobHandler {
  return {
    kind: TAP_JOB,
    async run(job, { signal, result }) {
      const request = parseTap(job.parameters)
      const { principal, base, attachments } = job
      const sources = { folder: job.id, attachments, principal, base, jobs: jobs() }
      const uploads = await uploadsFor(request.uploads, sources)
      const scope = {
        principal,
        base,
        nowMs: clock(),
        signal,
        deadlineMs: job.executionDurationS * 1000,
        background: true,
      }
      const running = await runAdql(world, queryOf(request, uploads), scope)
      try {
        const { mediaType, extension } = request.format
        const written = await result('result', `result.${extension}`, mediaType, running.body)
        await running.outcome
        return [written]
      } finally {
        await running.close()
      }
    },
    failure(error) {
      const fault = asFault(error)
      const transient = FAULTS[fault.code].class === 'transient'
      return { message: dalFaultText(fault), transient, document: votableFault(fault, { standardId: TAP }) }
    },
  }
}

export interface UploadSources {
  /** Files of the request, in the folder of this id. */
  readonly attachments: readonly JobAttachment[]
  readonly folder: string
  readonly principal: Principal
  readonly base: string
  readonly jobs: Pick<JobService, 'find' | 'files'>
}

/** Each upload with its file. Nothing is fetched: an address is one of our own results, or it is refused. */
export function uploadsFor(uploads: readonly Upload[], sources: UploadSources): Promise<UploadedTable[]> {
  return Promise.all(uploads.map((upload) => sourceOf(upload, sources)))
}

async function sourceOf({ name, uri, part }: Upload, { attachments, folder, principal, base, jobs }: UploadSources) {
  if (part !== undefined) {
    const found = attachments.find((one) => one.name === part)
    if (!found) throw usageError(`UPLOAD names the file ${quoted(part)}, which the request does not hold`, 'UPLOAD')
    return { name, path: jobs.files.path(folder, found.file), mediaType: found.mediaType }
  }
  const id = ownResult(uri, base)
  if (id === undefined)
    throw usageError(
      `UPLOAD ${quoted(uri)} is not read: send the table in the request and name it by param:, or name a result of a job here, ${base}/tap/async/…/results/result; no other host is asked`,
      'UPLOAD',
    )
  const job = await jobs.find(TAP_JOB, id, principal)
  const result = job?.results.find(({ id }) => id === 'result')
  if (!job || !result) throw usageError(`UPLOAD ${quoted(uri)} is no result that can be read`, 'UPLOAD')
  return { name, path: jobs.files.path(job.id, result.file), mediaType: result.mediaType }
}

export function queryOf({ query, maxrec, format, ignored }: TapRequest, uploads: readonly UploadedTable[]) {
  const infos: Info[] = [
    { name: 'QUERY', value: query },
    { name: 'standardID', value: TAP },
    ...ignored.map((name) => ({ name: 'IGNORED', value: name, text: 'no parameter of this service' })),
  ]
  return { text: query, maxrec, format: format.kind, uploads, infos }
}
