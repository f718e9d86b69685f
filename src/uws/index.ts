// UWS 1.1: jobs that outlive a request, what they say of themselves, and what clients say to them.

export {
  inFilter,
  type JobControl,
  type JobFilter,
  type JobWait,
  jobControl,
  jobFilter,
  jobWait,
} from './control.ts'
export type { Job, JobAttachment, JobFailure, JobResult } from './job.ts'
export { JOBS_COOKIE, jobsCookie, knownJobs, withJob } from './known-jobs.ts'
export { isActive, isOver, isPhase, mayBecome, PHASES, type Phase, phasesBefore, TRANSITIONS } from './phase.ts'
export { jobListXml, jobXml, parametersXml, quoteMs, resultsXml, uwsTime } from './xml.ts'
