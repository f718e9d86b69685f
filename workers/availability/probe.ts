// Asks every service whether it lives. An answer in time with a status below 500 is life.

import { type Board, boardOf, type Service, type State } from './board.ts'

const PATIENCE_MS = 3_000
/** Visitors of the same two seconds share one look. */
const FRESH_MS = 2_000

let last: Board | undefined

export async function look(services: readonly Service[], nowMs: number): Promise<Board> {
  if (last && nowMs - last.checkedMs < FRESH_MS) return last
  last = boardOf(await Promise.all(services.map(probe)), nowMs)
  return last
}

async function probe({ name, url }: Service): Promise<State> {
  const start = Date.now()
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'manual' })
    await answer.body?.cancel()
    const answerMs = Date.now() - start
    return answer.status < 500
      ? { name, up: true, answerMs, note: `answers in ${answerMs} ms` }
      : { name, up: false, answerMs, note: `answers with status ${answer.status}` }
  } catch {
    const late = Date.now() - start >= PATIENCE_MS
    return { name, up: false, note: late ? `no answer in ${PATIENCE_MS / 1000} s` : 'cannot be reached' }
  }
}
