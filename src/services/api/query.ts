// The endpoints of TAP: queries that are answered at once, and jobs (UWS 1.1) with all that hangs below them.

import {
  type ApiAnswer,
  type ApiEndpoint,
  type ApiPathPart,
  choice,
  integer,
  type Param,
  param,
  timestamp,
} from '#src/dali'
import { PHASES } from '#src/uws'
import { TAP_FORMATS, tap } from '../tap.ts'
import { ASKING, ok, READING, vosi, XML } from './words.ts'

const TABLES = [...new Set(TAP_FORMATS.map(({ mediaType }) => mediaType))]
const PARAMS = Object.values<Param>(tap.params)
/** A job may be made before it is complete. */
const JOB_PARAMS = PARAMS.map((one) => ({ ...one, required: false }))
const PHASE = param('PHASE', choice(['RUN', 'ABORT'], { anyCase: true }), {
  description: 'RUN queues the job, ABORT ends it.',
})
const WAIT = param('WAIT', integer({ min: -1 }), {
  description: 'Seconds to wait for another phase before answering; -1 for as long as is allowed.',
  examples: ['0', '5'],
})
const ACTION = param('ACTION', choice(['DELETE'], { anyCase: true }), { description: 'DELETE removes the job.' })
const inPath: Readonly<Record<string, ApiPathPart>> = {
  jobId: { description: 'The job, as its list names it.', example: 'k1x2y3' },
}
const SEE: ApiAnswer = {
  status: 303,
  description: 'Done; Location says where to look.',
  headers: { Location: 'Where to look next.' },
}
const faults = { style: 'votable', codes: [...new Set(['not-found', ...ASKING] as const)] } as const
const text = ['text/plain']

const SYNC: ApiEndpoint = {
  path: '/tap/sync',
  methods: ['get', 'post'],
  id: 'tap-sync',
  tag: 'TAP',
  summary: 'Query the tables in ADQL and wait for the answer (TAP 1.1)',
  params: PARAMS,
  files: true,
  answers: [ok('The rows. QUERY_STATUS says OVERFLOW where there are more.', TABLES)],
  faults,
}

const JOBS: readonly ApiEndpoint[] = [
  {
    path: '/tap/async',
    methods: ['get'],
    id: 'tap-jobs',
    tag: 'TAP jobs',
    summary: "The caller's jobs",
    params: [
      param('PHASE', choice(PHASES, { anyCase: true }), { repeats: true, description: 'Jobs in one of these phases.' }),
      param('AFTER', timestamp, {
        description: 'Jobs that were made after this time, UTC.',
        examples: ['2027-01-01T00:00:00'],
      }),
      param('LAST', integer({ min: 1 }), { description: 'The last ones only, so many.' }),
    ],
    answers: [ok('The list of jobs.', XML)],
    faults,
  },
  {
    path: '/tap/async',
    methods: ['post'],
    id: 'tap-create',
    tag: 'TAP jobs',
    summary: 'Make a job; with PHASE=RUN it is queued at once',
    params: [...JOB_PARAMS, { ...PHASE, description: 'RUN queues the job at once.' }],
    files: true,
    answers: [{ ...SEE, description: 'Made; Location is the job.' }],
    faults,
  },
  {
    path: '/tap/async/{jobId}',
    methods: ['get'],
    id: 'tap-job',
    tag: 'TAP jobs',
    summary: 'A job: its phase, times, parameters and results',
    inPath,
    params: [
      WAIT,
      param('PHASE', choice(PHASES, { anyCase: true }), { description: 'Wait only while the job is in this phase.' }),
    ],
    answers: [ok('The job.', XML)],
    faults,
  },
  {
    path: '/tap/async/{jobId}',
    methods: ['post'],
    id: 'tap-job-change',
    tag: 'TAP jobs',
    summary: 'Change or remove a job',
    inPath,
    params: [ACTION, PHASE],
    answers: [SEE],
    faults,
  },
  {
    path: '/tap/async/{jobId}',
    methods: ['delete'],
    id: 'tap-job-remove',
    tag: 'TAP jobs',
    summary: 'Remove a job; what still runs is ended',
    inPath,
    answers: [{ ...SEE, description: 'Removed; Location is the list.' }],
    faults,
  },
  ...part('phase', 'The phase of a job', [PHASE]),
  ...part('executionduration', 'Seconds that a job may run', [
    param('EXECUTIONDURATION', integer({ min: 0 }), {
      required: true,
      description: 'Seconds; 0 for as many as is allowed.',
    }),
  ]),
  ...part('destruction', 'When a job is removed', [
    param('DESTRUCTION', timestamp, { required: true, description: 'The time, UTC; not later than is allowed.' }),
  ]),
  ...part('quote', 'When a job will be done at the latest'),
  ...part('owner', 'Who made a job'),
  {
    path: '/tap/async/{jobId}/parameters',
    methods: ['get'],
    id: 'tap-job-parameters',
    tag: 'TAP jobs',
    summary: 'The parameters of a job',
    inPath,
    answers: [ok('The parameters.', XML)],
    faults,
  },
  {
    path: '/tap/async/{jobId}/parameters',
    methods: ['post'],
    id: 'tap-job-parameters-change',
    tag: 'TAP jobs',
    summary: 'Change parameters of a job that was not run',
    inPath,
    params: JOB_PARAMS,
    files: true,
    answers: [SEE],
    faults,
  },
  {
    path: '/tap/async/{jobId}/results',
    methods: ['get'],
    id: 'tap-job-results',
    tag: 'TAP jobs',
    summary: 'The list of results of a job',
    inPath,
    answers: [ok('The list: one result, or none.', XML)],
    faults,
  },
  {
    path: '/tap/async/{jobId}/results/{resultId}',
    methods: ['get'],
    id: 'tap-job-result',
    tag: 'TAP jobs',
    summary: 'A result of a job',
    inPath: { ...inPath, resultId: { description: 'Its name; a query has one result.', example: 'result' } },
    answers: [
      ok('The rows.', TABLES),
      { status: 206, description: 'The part of them that Range asked for.', types: TABLES },
      { status: 304, description: 'Not changed.' },
      { status: 416, description: 'The range lies outside.', types: text },
    ],
    faults,
  },
  {
    path: '/tap/async/{jobId}/error',
    methods: ['get'],
    id: 'tap-job-error',
    tag: 'TAP jobs',
    summary: 'Why a job failed',
    inPath,
    answers: [ok('The error, as a VOTable.', ['application/x-votable+xml'])],
    faults,
  },
]

/** A property of a job as plain text, and its change where there are parameters for it. */
function part(name: string, summary: string, params?: readonly Param[]): ApiEndpoint[] {
  const path = `/tap/async/{jobId}/${name}`
  const id = `tap-job-${name}`
  const read: ApiEndpoint = {
    path,
    methods: ['get'],
    id,
    tag: 'TAP jobs',
    summary,
    inPath,
    answers: [ok('It, as text; empty where there is none.', text)],
    faults,
  }
  if (!params) return [read]
  const summaryOfChange = `Change: ${summary[0].toLowerCase()}${summary.slice(1)}`
  return [read, { ...read, methods: ['post'], id: `${id}-change`, summary: summaryOfChange, params, answers: [SEE] }]
}

const DESCRIBED: readonly ApiEndpoint[] = [
  {
    path: '/tap/tables',
    methods: ['get'],
    id: 'tap-tables',
    tag: 'TAP',
    summary: 'The tables and their columns (VOSI tables)',
    params: [param('detail', choice(['min', 'max']), { description: 'min leaves the columns out.' })],
    answers: [ok('The tables.', XML), { status: 304, description: 'Not changed.' }],
    faults,
  },
  {
    path: '/tap/tables/{table}',
    methods: ['get'],
    id: 'tap-table',
    tag: 'TAP',
    summary: 'One table and its columns',
    inPath: { table: { description: 'Its name with the schema.', example: 'ivoa.ObsCore' } },
    answers: [ok('The table.', XML), { status: 304, description: 'Not changed.' }],
    faults,
  },
  {
    path: '/tap/examples',
    methods: ['get'],
    id: 'tap-examples',
    tag: 'TAP',
    summary: 'Queries to begin with (DALI examples)',
    answers: [
      ok('A page of examples.', ['application/xhtml+xml', 'text/html']),
      { status: 304, description: 'Not changed.' },
    ],
    faults: { style: 'votable', codes: ['usage', ...READING] },
  },
  ...vosi('tap', 'TAP'),
]

export const QUERY_ENDPOINTS: readonly ApiEndpoint[] = [SYNC, ...DESCRIBED, ...JOBS]
