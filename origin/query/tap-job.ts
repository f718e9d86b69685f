// A query as a job: the same parameters and the same run as a synchronous one, its table written to the job's folder.

import { DaliError, dalFaultText, FAULTS, quoted, type Upload, votableFault } from '#src/dali'
import { parseTap, TAP, type TapRequest } from '#src/services'
import type { Info } from '#src/votable'
import { asFault } from '../fault.ts'
import type { JobHandler } from '../jobs/runner.ts'
import { type QueryWorld, runAdql, type UploadedTable } from './run.ts'

export const TAP_JOB = 'tap'

export function tapJobs(world: QueryWorld, clock: () => number): JobHandler {
  return {
    kind: TAP_JOB,
    async run(job, { signal, timeLeftMs, files, result }) {
      const request = parseTap(job.parameters)
      const parts = job.attachments.map(({ name, file, mediaType }) => ({
        name,
        path: files.path(job.id, file),
        mediaType,
      }))
      const { principal, base } = job
      const scope = { principal, base, nowMs: clock(), signal, deadlineMs: timeLeftMs, background: true }
      const running = await runAdql(world, queryOf(request, uploadsFor(request.uploads, parts)), scope)
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

/** Each upload with the file that came for it. */
export function uploadsFor(
  uploads: readonly Upload[],
  parts: readonly { readonly name: string; readonly path: string; readonly mediaType?: string }[],
): UploadedTable[] {
  return uploads.map(({ name, part }) => {
    const found = parts.find((one) => one.name === part)
    if (!found)
      throw new DaliError('usage', `UPLOAD names the file ${quoted(part ?? '')}, which the request does not hold`, {
        parameter: 'UPLOAD',
      })
    return { name, path: found.path, mediaType: found.mediaType }
  })
}

export function queryOf({ query, maxrec, format, ignored }: TapRequest, uploads: readonly UploadedTable[]) {
  const infos: Info[] = [
    { name: 'QUERY', value: query },
    { name: 'standardID', value: TAP },
    ...ignored.map((name) => ({ name: 'IGNORED', value: name, text: 'no parameter of this service' })),
  ]
  return { text: query, maxrec, format: format.kind, uploads, infos }
}
