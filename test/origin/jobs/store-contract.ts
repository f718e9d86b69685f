// What every job store keeps to, whatever it is made of.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ANONYMOUS } from '#src/rights'
import type { Claim, JobStore, NewJob } from '../../../origin/jobs/store.ts'

const NOW = Date.UTC(2027, 0, 10)
let count = 0
const newJob = (facts: Partial<NewJob> = {}): NewJob => ({
  id: `job-${++count}`,
  kind: 'tap',
  owner: 'ada',
  principal: { ...ANONYMOUS, sub: 'ada', groups: ['g'] },
  base: 'http://x.test',
  createdMs: NOW + count,
  destructionMs: NOW + 1e6,
  executionDurationS: 60,
  runId: 'run',
  parameters: [
    ['QUERY', 'SELECT 1'],
    ['UPLOAD', 'a,param:b'],
  ],
  attachments: [{ name: 'b', file: 'upload-1', mediaType: 'text/xml', sizeBytes: 7 }],
  ...facts,
})
const claimOf = (facts: Partial<Claim> = {}): Claim => ({
  worker: 'w1',
  kinds: ['tap'],
  nowMs: NOW,
  leaseMs: 1000,
  perOwner: 2,
  ...facts,
})

export function jobStoreContract(name: string, open: () => Promise<JobStore>): void {
  describe(`jobs in ${name}`, () => {
    let store: JobStore
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    async function queued(facts: Partial<NewJob> = {}, nowMs = NOW): Promise<string> {
      const job = newJob(facts)
      await store.create(job)
      await store.transition(job.id, ['PENDING'], 'QUEUED', nowMs)
      return job.id
    }

    it('come back as they were made, PENDING', async () => {
      const job = newJob()
      await store.create(job)
      expect(await store.get(job.id)).toMatchObject({ ...job, phase: 'PENDING', attempts: 0, results: [] })
      expect(await store.get('nothing')).toBeUndefined()
      const anonymous = newJob({ owner: undefined, principal: ANONYMOUS, runId: undefined })
      await store.create(anonymous)
      const found = await store.get(anonymous.id)
      expect(found?.owner).toBeUndefined()
      expect(found?.startedMs).toBeUndefined()
    })

    it('are listed latest first, by owner, kind, phase and time', async () => {
      const jobs = [newJob(), newJob(), newJob(), newJob({ owner: 'bob' }), newJob({ kind: 'soda' })]
      for (const job of jobs) await store.create(job)
      await store.transition(jobs[1].id, ['PENDING'], 'QUEUED', NOW)
      const ids = async (filter: Partial<Parameters<JobStore['list']>[0]> = {}) =>
        (await store.list({ kind: 'tap', owner: 'ada', phases: [], ...filter })).map(({ id }) => id)
      expect(await ids()).toEqual([jobs[2].id, jobs[1].id, jobs[0].id])
      expect(await ids({ phases: ['QUEUED', 'COMPLETED'] })).toEqual([jobs[1].id])
      expect(await ids({ last: 1 })).toEqual([jobs[2].id])
      expect(await ids({ afterMs: jobs[0].createdMs })).toEqual([jobs[2].id, jobs[1].id])
      expect(await ids({ owner: 'bob' })).toEqual([jobs[3].id])
      expect(await store.count('ada', ['PENDING', 'QUEUED'])).toBe(4)
      expect(await store.count(undefined, ['PENDING'])).toBe(0)
    })

    it('change phase only as the table of phases says, and only from the phase that is expected', async () => {
      const job = newJob()
      await store.create(job)
      expect(await store.transition(job.id, ['QUEUED'], 'EXECUTING', NOW)).toBe(false)
      expect(await store.transition(job.id, ['PENDING'], 'COMPLETED', NOW)).toBe(false)
      expect(await store.transition(job.id, ['PENDING', 'QUEUED'], 'ABORTED', NOW + 5)).toBe(true)
      expect(await store.get(job.id)).toMatchObject({ phase: 'ABORTED', endedMs: NOW + 5 })
      expect(await store.transition(job.id, ['ABORTED'], 'QUEUED', NOW)).toBe(false)
    })

    it('take changes only in the phases that allow them', async () => {
      const id = await queued()
      expect(await store.change(id, { parameters: [['QUERY', 'x']] }, ['PENDING'])).toBe(false)
      expect(await store.change(id, { destructionMs: NOW + 9 }, ['PENDING', 'QUEUED'])).toBe(true)
      expect(await store.get(id)).toMatchObject({ destructionMs: NOW + 9, runId: 'run' })
      expect(await store.change('nothing', { runId: 'x' }, ['PENDING'])).toBe(false)
    })

    it('are claimed oldest first, each by one worker, and not more of one owner than may run', async () => {
      const first = await queued({}, NOW + 1)
      const second = await queued({}, NOW + 2)
      await queued({}, NOW + 3)
      const bobs = await queued({ owner: 'bob' }, NOW + 4)
      await queued({ kind: 'soda' }, NOW)
      const got = [
        await store.claim(claimOf()),
        await store.claim(claimOf({ worker: 'w2' })),
        await store.claim(claimOf()),
      ]
      expect(got.map((job) => job?.id)).toEqual([first, second, bobs])
      expect(got[0]).toMatchObject({ phase: 'EXECUTING', startedMs: NOW, attempts: 1, worker: 'w1' })
      expect(await store.claim(claimOf())).toBeUndefined()
      expect(await store.finish(second, 'w1', { phase: 'COMPLETED', endedMs: NOW })).toBe(false)
      const results = [{ id: 'result', mediaType: 'text/csv', sizeBytes: 3, file: 'r.csv' }]
      expect(await store.finish(second, 'w2', { phase: 'COMPLETED', endedMs: NOW + 9, results })).toBe(true)
      expect(await store.get(second)).toMatchObject({ phase: 'COMPLETED', endedMs: NOW + 9, results })
      expect(await store.claim(claimOf())).toMatchObject({ owner: 'ada' })
    })

    it('pass to another worker when the lease has run out, and the first one hears of it', async () => {
      const id = await queued()
      await store.claim(claimOf())
      expect(await store.heartbeat(id, 'w1', NOW + 2000)).toBe(true)
      expect(await store.claim(claimOf({ worker: 'w2', nowMs: NOW + 1500 }))).toBeUndefined()
      expect(await store.claim(claimOf({ worker: 'w2', nowMs: NOW + 2500 }))).toMatchObject({
        id,
        attempts: 2,
        worker: 'w2',
      })
      expect(await store.heartbeat(id, 'w1', NOW + 9000)).toBe(false)
      expect(await store.finish(id, 'w1', { phase: 'COMPLETED', endedMs: NOW })).toBe(false)
      const failure = { type: 'fatal', message: 'no', hasDetail: true } as const
      expect(await store.finish(id, 'w2', { phase: 'ERROR', endedMs: NOW, failure })).toBe(true)
      expect(await store.get(id)).toMatchObject({ phase: 'ERROR', failure })
    })

    it('go back to the queue when their worker leaves in good order, the attempt not counted', async () => {
      const id = await queued()
      await store.claim(claimOf())
      expect(await store.release(id, 'w2')).toBe(false)
      expect(await store.release(id, 'w1')).toBe(true)
      expect(await store.get(id)).toMatchObject({ phase: 'QUEUED', attempts: 0 })
      expect(await store.claim(claimOf({ worker: 'w2' }))).toMatchObject({ id, attempts: 1 })
    })

    it('stop belonging to their worker when they are aborted or removed', async () => {
      const [one, two] = [await queued(), await queued()]
      await store.claim(claimOf())
      await store.claim(claimOf())
      expect(await store.transition(one, ['EXECUTING'], 'ABORTED', NOW + 1)).toBe(true)
      expect(await store.heartbeat(one, 'w1', NOW + 9)).toBe(false)
      expect(await store.remove(two)).toBe(true)
      expect(await store.remove(two)).toBe(false)
      expect(await store.finish(two, 'w1', { phase: 'COMPLETED', endedMs: NOW })).toBe(false)
      expect(await store.get(two)).toBeUndefined()
    })

    it('are told of when their time is over', async () => {
      const late = newJob({ destructionMs: NOW + 5 })
      await store.create(late)
      await store.create(newJob())
      expect((await store.expired(NOW + 4, 10)).length).toBe(0)
      expect((await store.expired(NOW + 5, 10)).map(({ id }) => id)).toEqual([late.id])
    })
  })
}
