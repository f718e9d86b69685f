import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { eachOf } from '../../../origin/hips/each-of.ts'

async function* counted(count: number, asked: number[] = []) {
  for (let i = 0; i < count; i++) {
    asked.push(i)
    yield i
  }
}

describe('work on one thing after another', () => {
  it('does each once, in order, and no more than so many at a time', async () => {
    const begun: number[] = []
    let under = 0
    let most = 0
    await eachOf(counted(20), 3, async (i) => {
      begun.push(i)
      most = Math.max(most, ++under)
      await pause(1)
      under--
    })
    expect(begun).toEqual(Array.from({ length: 20 }, (_, i) => i))
    expect(most).toBe(3)
  })

  it('ends at the first failure, when what was begun has ended, and takes no more', async () => {
    const asked: number[] = []
    let ended = 0
    const work = eachOf(counted(1000, asked), 4, async (i) => {
      if (i === 5) throw new Error('the sixth')
      if (i > 5) await pause(5)
      if (i === 7) throw new Error('a later one')
      ended++
    })
    await expect(work).rejects.toThrow('the sixth')
    expect(asked.length).toBeLessThan(15)
    expect(ended).toBeGreaterThanOrEqual(5)
  })
})
