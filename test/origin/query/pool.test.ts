import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { QueryError } from '../../../origin/query/errors.ts'
import type { QueryRunner, QuerySession, Store } from '../../../origin/query/query.ts'
import {
  answerOf,
  bytesOf,
  COUNT,
  NUMBERS,
  ROWS,
  runnerOf,
  STORES,
  select,
  within,
} from '../../support/query-stores.ts'

const residentMb = (pid: number) =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024

/** Children of a process, by /proc. */
const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1].split(' ')[1] === String(pid)
      } catch {
        return false
      }
    })
    .map(Number)

/** Running: a dead process that nobody has buried yet is in state Z. */
function alive(pid: number): boolean {
  try {
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

const failure = (promise: Promise<unknown>): Promise<QueryError> =>
  promise.then(
    () => expect.fail('no error came'),
    (error) => {
      expect(error).toBeInstanceOf(QueryError)
      return error
    },
  )

async function drained(reader: AsyncIterator<Uint8Array>): Promise<void> {
  while (!(await reader.next()).done);
}

for (const { kind, optional, make, endless, never, placeholder } of STORES)
  describe.skipIf(!optional.found)(optional.says(`query processes on ${kind}`), () => {
    let store: Store
    let remove: () => Promise<void>
    let runner: QueryRunner
    beforeAll(async () => {
      ;({ store, remove } = await make())
      runner = runnerOf(store)
    })
    afterAll(async () => {
      await runner.close()
      await remove()
    })

    it('answer a query with all its rows, typed as the fields say', async () => {
      const text = (await answerOf(runner, select('SELECT id, x, name FROM numbers ORDER BY id'))).toString()
      expect(text.match(/<TR>/g)).toHaveLength(ROWS)
      expect(text).toContain('<TR><TD>3</TD><TD>0.375</TD><TD>row &lt;3&gt;</TD></TR>')
      expect(text.endsWith('</VOTABLE>\n')).toBe(true)
    })

    it('take parameters of every kind', async () => {
      const params = [9007199254740993n, 1.5, `it's \\ "$1" ?`, null]
      const names = params.map((_, i) => placeholder(i + 1))
      const types = kind === 'postgres' ? ['bigint', 'float8', 'text', 'text'] : ['INTEGER', 'REAL', 'TEXT', 'TEXT']
      const text = `SELECT ${names.map((name, i) => `CAST(${name} AS ${types[i]})`).join(', ')}, '$1?'`
      const fields = [
        ...NUMBERS,
        { name: 'n', datatype: 'char', arraysize: '*' },
        { name: 'm', datatype: 'char', arraysize: '*' },
      ] as const
      const answer = await answerOf(runner, { ...select(text, { fields, format: 'json' }), sql: { text, params } })
      expect(answer.toString()).toContain('[9007199254740993,1.5,"it\'s \\\\ \\"$1\\" ?",null,"$1?"]')
    })

    it('mark what was cut at the row limit, and only that', async () => {
      for (const [maxrec, status] of [
        [5, 'OVERFLOW'],
        [ROWS, 'OK'],
        [0, 'OVERFLOW'],
      ] as const) {
        await within(runner, async (session) => {
          const answer = await session.run(select('SELECT id, x, name FROM numbers', { maxrec, format: 'json' }))
          expect(JSON.parse((await bytesOf(answer.body)).toString())).toMatchObject({ status })
          expect(await answer.outcome).toEqual({ rows: maxrec, overflow: status === 'OVERFLOW' })
        })
      }
    })

    it('say at once that a statement is wrong, and go on to the next', async () => {
      await within(runner, async (session) => {
        const error = await failure(session.run(select('SELECT nothing FROM nowhere', { fields: COUNT })))
        expect(error.code).toBe('failed')
        expect(error.message).toBe('the query could not be run')
        expect(error.detail).toMatch(/nothing|nowhere/)
        const answer = await session.run(select('SELECT count(*) FROM numbers', { fields: COUNT, format: 'csv' }))
        expect((await bytesOf(answer.body)).toString()).toBe(`n\r\n${ROWS}\r\n`)
      })
    })

    it('change nothing, whatever the statement', async () => {
      for (const text of [
        'DELETE FROM numbers',
        `INSERT INTO numbers VALUES (-1, 0, 'x')`,
        'DROP TABLE numbers',
        'CREATE TABLE other (a int)',
        kind === 'sqlite' ? `ATTACH 'other.db' AS other` : `COPY numbers TO PROGRAM 'cat'`,
        kind === 'sqlite' ? 'PRAGMA writable_schema = 1' : 'SELECT 1) TO STDOUT; DELETE FROM numbers; COPY (SELECT 1',
      ])
        await within(runner, (session) => failure(session.run(select(text, { fields: COUNT }))))
      const left = await answerOf(runner, select('SELECT count(*) FROM numbers', { fields: COUNT, format: 'tsv' }))
      expect(left.toString()).toBe(`n\n${ROWS}\n`)
    })

    it('stop at the deadline, and the document says so after its whole rows', async () => {
      await within(
        runner,
        async (session) => {
          const answer = await session.run(select(endless, { maxrec: 1e9 }))
          let tail = ''
          for await (const piece of answer.body) tail = (tail + Buffer.from(piece).toString('latin1')).slice(-400)
          expect(tail).toContain('</TR>\n</TABLEDATA>')
          expect(tail).toContain('<INFO name="QUERY_STATUS" value="ERROR">the query took longer than 1 s</INFO>')
          expect(tail.endsWith('</VOTABLE>\n')).toBe(true)
          expect((await failure(answer.outcome)).code).toBe('timeout')
        },
        { deadlineMs: 700 },
      )
    })

    it('close a document in which a row could not be computed', async () => {
      const late =
        kind === 'sqlite'
          ? 'SELECT id, x, abs(CASE WHEN id = 15000 THEN -9223372036854775807 - 1 ELSE id END) FROM numbers ORDER BY id'
          : 'SELECT id, x, 1 / (15000 - id) FROM numbers ORDER BY id'
      for (const format of ['votable', 'votable-binary2', 'json'] as const)
        await within(runner, async (session) => {
          const answer = await session.run(select(late, { format }))
          const text = (await bytesOf(answer.body)).toString()
          const message = kind === 'sqlite' ? 'the query could not be run' : 'the query divides by zero'
          if (format === 'json') expect(JSON.parse(text)).toMatchObject({ status: 'ERROR', message })
          else expect(text).toContain(`<INFO name="QUERY_STATUS" value="ERROR">${message}</INFO>`)
          await failure(answer.outcome)
          // The process is as good as before.
          await bytesOf((await session.run(select('SELECT count(*) FROM numbers', { fields: COUNT }))).body)
        })
    })

    it('fail clearly when the process is killed from outside, and come back', async () => {
      await within(runner, async (session) => {
        const work = session.run(select(never, { fields: COUNT }))
        await sleep(100)
        const hit = childrenOf(process.pid).filter((pid) =>
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('query/process'),
        )
        for (const pid of hit) process.kill(pid, 'SIGKILL')
        expect((await failure(work)).code).toBe('failed')
        // Those that nobody used were hit as well: the pool must see it.
        await sleep(300)
      })
      const left = await answerOf(runner, select('SELECT count(*) FROM numbers', { fields: COUNT, format: 'tsv' }))
      expect(left.toString()).toBe(`n\n${ROWS}\n`)
    })

    it('break off a CSV that cannot say so', async () => {
      const work = within(
        runner,
        async (session) => bytesOf((await session.run(select(endless, { format: 'csv', maxrec: 1e9 }))).body),
        { deadlineMs: 400 },
      )
      expect((await failure(work)).code).toBe('timeout')
    })

    it('end a query that gives no row when its client goes, and serve the next', async () => {
      const controller = new AbortController()
      const work = within(runner, (session) => session.run(select(never, { fields: COUNT })), {
        signal: controller.signal,
      })
      await sleep(150)
      const aborted = performance.now()
      controller.abort()
      expect((await failure(work)).code).toBe('aborted')
      expect(performance.now() - aborted).toBeLessThan(500)
      await answerOf(runner, select('SELECT count(*) FROM numbers', { fields: COUNT }))
      if (kind === 'postgres') {
        const running = `SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%numbers c%' AND state = 'active' AND pid <> pg_backend_pid()`
        const seen = async () => (await answerOf(runner, select(running, { fields: COUNT, format: 'tsv' }))).toString()
        await expect.poll(seen, { timeout: 2000 }).toBe('n\n0\n')
      }
    })

    it('end a query whose reader leaves half way', async () => {
      await within(runner, async (session) => {
        const answer = await session.run(select(endless, { maxrec: 1e9 }))
        for await (const piece of answer.body) if (piece.length > 0) break
        expect((await failure(answer.outcome)).code).toBe('aborted')
      })
      expect(runner.load.busy).toBe(0)
    })

    it('stand still while nobody reads, in constant memory', async () => {
      const before = process.memoryUsage().rss
      await within(runner, async (session) => {
        const answer = await session.run(select(endless, { maxrec: 1e9, format: 'votable-binary2' }))
        const reader = answer.body[Symbol.asyncIterator]()
        for (let i = 0; i < 20; i++) await reader.next()
        await sleep(1500)
        for (const child of childrenOf(process.pid))
          if (readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('query/process'))
            expect(residentMb(child)).toBeLessThan(400)
      })
      expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(60)
    })

    if (kind === 'postgres')
      it("give a job one of the server's processes, and those who wait as many as it likes", async () => {
        const workers = (background: boolean) => {
          const query = select("SELECT current_setting('max_parallel_workers_per_gather')", {
            fields: [{ name: 'n', datatype: 'char', arraysize: '*' }],
            format: 'csv',
          })
          const work = async (session: QuerySession) =>
            `${await bytesOf((await session.run(query)).body)}`.trim().split(/\s+/)[1]
          return within(runner, work, { background })
        }
        expect([await workers(true), await workers(false), await workers(true)]).toEqual(['0', '2', '0'])
      })

    it('are taken from clients that read nothing while others wait, and only then', async () => {
      const small = runnerOf(store, { processes: 1, patienceMs: 800 })
      try {
        const stop = new AbortController()
        const held = await small.session({ signal: stop.signal, deadlineMs: 30_000 })
        const answer = await held.run(select(endless, { maxrec: 1e9, format: 'csv' }))
        const reader = answer.body[Symbol.asyncIterator]()
        await reader.next()
        await sleep(1500)
        expect((await reader.next()).done).toBe(false)
        const began = performance.now()
        await answerOf(small, select('SELECT count(*) FROM numbers', { fields: COUNT }))
        expect(performance.now() - began).toBeGreaterThan(500)
        expect((await failure(drained(reader))).code).toBe('overloaded')
        await held.close()
      } finally {
        await small.close()
      }
    })

    it('keep a process whose query only waited for its reader', async () => {
      const small = runnerOf(store, { processes: 1 })
      const own = () => childrenOf(process.pid).filter((pid) => !others.includes(pid))
      const others = childrenOf(process.pid)
      try {
        await answerOf(small, select('SELECT count(*) FROM numbers', { fields: COUNT }))
        const [before] = own()
        await within(small, async (session) => {
          const answer = await session.run(select('SELECT id, x, name FROM numbers', { maxrec: 1e9 }))
          for await (const piece of answer.body) if (piece.length > 0) await sleep(50)
          await sleep(1500)
        })
        await answerOf(small, select('SELECT count(*) FROM numbers', { fields: COUNT }))
        expect(own()).toContain(before)
        expect(alive(before)).toBe(true)
      } finally {
        await small.close()
      }
    })

    it('serve twenty sessions at once, and refuse beyond the line', async () => {
      const small = runnerOf(store, { processes: 2, waiting: 18 })
      try {
        const answers = Array.from({ length: 20 }, (_, i) =>
          answerOf(small, select(`SELECT ${i} + count(*) FROM numbers`, { fields: COUNT, format: 'tsv' })),
        )
        // None has a process yet: two run as soon as they are up, the rest wait.
        const refused = await Promise.allSettled(
          Array.from({ length: 4 }, () =>
            within(small, async (session) => session.run(select(never, { fields: COUNT }))),
          ),
        )
        expect(refused.some((one) => one.status === 'rejected' && one.reason.code === 'overloaded')).toBe(true)
        const done = await Promise.allSettled(answers)
        const texts = done.map((one, i) => (one.status === 'fulfilled' ? one.value.toString() : `${i}`))
        expect(texts.slice(0, 18)).toEqual(Array.from({ length: 18 }, (_, i) => `n\n${ROWS + i}\n`))
      } finally {
        await small.close()
      }
    })

    it('keep one process for those who wait, however many jobs there are', async () => {
      const small = runnerOf(store, { processes: 2 })
      const controller = new AbortController()
      try {
        const jobs = [1, 2, 3].map(() =>
          within(small, (session) => session.run(select(never, { fields: COUNT })), {
            signal: controller.signal,
            background: true,
          }).catch((error) => error.code),
        )
        await expect.poll(() => small.load, { timeout: 5000 }).toMatchObject({ busy: 1, waiting: 2 })
        await answerOf(small, select('SELECT count(*) FROM numbers', { fields: COUNT }))
        controller.abort()
        expect(await Promise.all(jobs)).toEqual(['aborted', 'aborted', 'aborted'])
      } finally {
        await small.close()
      }
    })

    if (kind === 'sqlite')
      it('take no more memory and disk than they may', async () => {
        const small = runnerOf(store, { limits: { memoryBytes: 32e6, diskBytes: 20e6 } })
        try {
          const sorted = 'SELECT a.id, b.x, a.name FROM numbers a, numbers b ORDER BY a.name || b.name'
          expect((await failure(within(small, (session) => session.run(select(sorted))))).code).toBe('too-large')
          const long = `SELECT group_concat(a.name || b.name) FROM numbers a, numbers b`
          const fields = [{ name: 't', datatype: 'char', arraysize: '*' }] as const
          const error = await failure(within(small, (session) => session.run(select(long, { fields }))))
          expect(error.message).toBe('the query needs more than the 32 MB of memory it may use')
          const left = await answerOf(small, select('SELECT count(*) FROM numbers', { fields: COUNT, format: 'tsv' }))
          expect(left.toString()).toBe(`n\n${ROWS}\n`)
          const fits = select('SELECT a.id, b.x, a.name FROM numbers a, numbers b', { format: 'fits', maxrec: 1e9 })
          expect((await failure(answerOf(small, fits))).code).toBe('too-large')
        } finally {
          await small.close()
        }
      })

    it('die with their parent, also in the middle of a statement', async () => {
      const script = `import { createQueryRunner } from ${JSON.stringify(join(import.meta.dirname, '../../../origin/query/pool.ts'))}
        const runner = createQueryRunner({ store: ${JSON.stringify(store)}, log() {} })
        const session = await runner.session({ signal: new AbortController().signal, deadlineMs: 60000 })
        setTimeout(() => process.send('running'), 200)
        await session.run({ sql: { text: ${JSON.stringify(never)}, params: [] }, fields: [{ name: 'n', datatype: 'long' }], maxrec: 1, format: 'csv' })`
      const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      })
      await new Promise((resolve) => owner.once('message', resolve))
      const children = childrenOf(owner.pid!)
      expect(children.length).toBeGreaterThan(0)
      owner.kill('SIGKILL')
      await expect.poll(() => children.filter(alive), { timeout: 5000 }).toEqual([])
    })
  })
