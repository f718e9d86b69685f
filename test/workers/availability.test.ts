import { describe, expect, it } from 'vitest'
import worker from '../../workers/availability/main.ts'

// Nothing listens at these: the board must answer all the same.
const env = { SERVICES: 'origin=http://127.0.0.1:1/healthz edge+region-1=http://127.0.0.1:1/healthz' }
const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  worker.fetch(new Request(`http://board.test${path}`, { headers, method }), env)

describe('the board, while everything else is down', () => {
  it('says so in VOSI to the VO', async () => {
    const answer = await ask('/availability')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^text\/xml/)
    const text = await answer.text()
    expect(text).toContain('<vosi:available>false</vosi:available>')
    expect(text).toContain('<vosi:note>edge region-1: down')
  })

  it('says so in JSON when asked by parameter, whatever its case, or by Accept', async () => {
    const asked = [
      ask('/availability?RESPONSEFORMAT=json'),
      ask('/?responseformat=application/json'),
      ask('/', { accept: 'application/json' }),
    ]
    for (const answer of await Promise.all(asked)) {
      const board = (await answer.json()) as { available: boolean; services: { name: string; up: boolean }[] }
      expect(board.available).toBe(false)
      expect(board.services.map(({ name, up }) => [name, up])).toEqual([
        ['origin', false],
        ['edge region-1', false],
      ])
    }
  })

  it('says so to people in words, not by colour alone', async () => {
    const page = await (await ask('/', { accept: 'text/html,*/*' })).text()
    expect(page).toContain('<title>Not available - Skyedge</title>')
    expect(page.match(/down<\/b>/g)).toHaveLength(3)
    expect(page).toContain('<html lang="en">')
  })

  it('answers HEAD without a body, itself as alive, and 404 for the rest', async () => {
    const head = await ask('/availability', {}, 'HEAD')
    expect([head.status, (await head.arrayBuffer()).byteLength]).toEqual([200, 0])
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(100)
    expect((await ask('/healthz')).status).toBe(200)
    expect((await ask('/etc/passwd')).status).toBe(404)
  })
})
