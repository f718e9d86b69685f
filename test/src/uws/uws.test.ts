import { describe, expect, it } from 'vitest'
import {
  isActive,
  isOver,
  type Job,
  jobControl,
  jobFilter,
  jobListXml,
  jobWait,
  jobXml,
  mayBecome,
  PHASES,
  phasesBefore,
  TRANSITIONS,
} from '#src/uws'

const JOB: Job = {
  id: 'a1',
  kind: 'tap',
  phase: 'PENDING',
  createdMs: Date.UTC(2027, 0, 10),
  destructionMs: Date.UTC(2027, 0, 11),
  executionDurationS: 60,
  parameters: [['QUERY', 'SELECT a FROM b WHERE c < 1 & d']],
  attachments: [{ name: 'mine', file: 'upload-1', sizeBytes: 3 }],
  results: [],
}
const ADDRESS = 'http://x.test/tap/async/a1'

describe('the phases of a job', () => {
  it('end in three ways, and from an end nothing follows but the archive', () => {
    for (const phase of PHASES) {
      if (isOver(phase)) expect(TRANSITIONS[phase].every((next) => next === 'ARCHIVED')).toBe(true)
      expect(phasesBefore('PENDING')).toEqual([])
    }
    expect(mayBecome('COMPLETED', 'EXECUTING')).toBe(false)
    expect(phasesBefore('COMPLETED')).toEqual(['EXECUTING'])
    expect(PHASES.filter(isActive)).toEqual(['PENDING', 'QUEUED', 'EXECUTING'])
  })
  it('are all reached from PENDING, but for those that only other systems have', () => {
    const seen = new Set(['PENDING'])
    for (const phase of seen) for (const next of TRANSITIONS[phase as 'PENDING']) seen.add(next)
    expect(PHASES.filter((phase) => !seen.has(phase))).toEqual(['UNKNOWN'])
  })
})

describe('a job as XML', () => {
  it('says nil where nothing is known yet, and escapes what was sent', () => {
    const xml = jobXml(JOB, ADDRESS)
    expect(xml).toContain('version="1.1"')
    expect(xml).toContain('<uws:ownerId xsi:nil="true"/>')
    expect(xml).toContain('<uws:startTime xsi:nil="true"/>')
    expect(xml).toContain('<uws:creationTime>2027-01-10T00:00:00.000Z</uws:creationTime>')
    expect(xml).toContain('c &lt; 1 &amp; d')
    expect(xml).toContain(`<uws:parameter id="mine" byReference="true">${ADDRESS}/parameters/mine</uws:parameter>`)
  })
  it('tells of results and errors, and while it runs of the latest end', () => {
    const running = jobXml({ ...JOB, owner: 'ada', phase: 'EXECUTING', startedMs: Date.UTC(2027, 0, 10, 1) }, ADDRESS)
    expect(running).toContain('<uws:ownerId>ada</uws:ownerId>')
    expect(running).toContain('<uws:quote>2027-01-10T01:01:00.000Z</uws:quote>')
    const results = [{ id: 'result', mediaType: 'text/csv', sizeBytes: 12, file: 'result.csv' }]
    expect(jobXml({ ...JOB, phase: 'COMPLETED', results }, ADDRESS)).toContain(
      `xlink:href="${ADDRESS}/results/result" size="12" mime-type="text/csv"`,
    )
    const failure = { type: 'fatal', message: 'no <b>', hasDetail: true } as const
    expect(jobXml({ ...JOB, phase: 'ERROR', failure }, ADDRESS)).toMatch(
      /<uws:errorSummary type="fatal" hasDetail="true">\s*<uws:message>no &lt;b&gt;/,
    )
  })
  it('lists jobs with their addresses', () => {
    expect(jobListXml([{ ...JOB, runId: 'r' }], 'http://x.test/tap/async')).toContain(`xlink:href="${ADDRESS}"`)
    expect(jobListXml([], 'http://x.test/tap/async')).toContain('<uws:jobs')
  })
})

describe('what is said to a job', () => {
  it('is read whatever the case of the names', () => {
    expect(
      jobFilter([
        ['phase', 'queued'],
        ['PHASE', 'PENDING'],
        ['AFTER', '2027-01-10T00:00:00Z'],
        ['last', '3'],
      ]),
    ).toEqual({
      phases: ['QUEUED', 'PENDING'],
      afterMs: Date.UTC(2027, 0, 10),
      last: 3,
    })
    expect(
      jobWait([
        ['WAIT', '-1'],
        ['PHASE', 'EXECUTING'],
      ]),
    ).toEqual({ seconds: Infinity, phase: 'EXECUTING' })
    expect(jobWait([['PHASE', 'EXECUTING']])).toBeUndefined()
    expect(
      jobControl([
        ['phase', 'RUN'],
        ['Action', 'delete'],
        ['QUERY', 'x'],
      ]),
    ).toEqual({
      phase: 'RUN',
      remove: true,
      destructionMs: undefined,
      executionDurationS: undefined,
      parameters: [['QUERY', 'x']],
    })
  })
  it.each<[string, () => unknown, RegExp]>([
    ['an unknown phase', () => jobFilter([['PHASE', 'RUNNING']]), /"RUNNING" is none of PENDING/],
    ['no count', () => jobFilter([['LAST', '0']]), /LAST needs a whole number from 1/],
    ['a bad time', () => jobFilter([['AFTER', 'yesterday']]), /AFTER needs a time/],
    ['a bad wait', () => jobWait([['WAIT', '-2']]), /WAIT needs a whole number from -1/],
    ['a phase that cannot be asked for', () => jobControl([['PHASE', 'COMPLETED']]), /RUN or ABORT/],
    ['an unknown action', () => jobControl([['ACTION', 'EXPLODE']]), /ACTION takes DELETE/],
    ['a duration that is none', () => jobControl([['EXECUTIONDURATION', '1e9']]), /whole number/],
    ['a destruction that is no time', () => jobControl([['DESTRUCTION', '2027-13-01']]), /needs a time/],
  ])('refuses %s', (_, ask, message) => expect(ask).toThrow(message))
})
