// Keys, validators, conditions, ranges, lifetimes: RFC 9110, 9111 and 9211 as tables.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cacheStatus,
  cutoutKey,
  etagOf,
  evaluate,
  freshness,
  httpDate,
  parseHttpDate,
  parseRange,
  rangeApplies,
  tierAge,
  tileKey,
} from '#src/caching'
import { decide } from '#src/rights'

const headers = (record: Record<string, string>) => (name: string) => record[name]

describe('cache keys', () => {
  it('are addresses of bytes', () => {
    expect(tileKey('g1', 'demo/dr1/r', 'Norder3/Dir0/Npix12.png')).toBe(
      'https://cache.skyedge/g1/demo/dr1/r/Norder3/Dir0/Npix12.png',
    )
    expect(cutoutKey('g1', 'CIRCLE=1+2+3&ID=a')).toBe('https://cache.skyedge/soda/g1/CIRCLE%3D1%2B2%2B3%26ID%3Da')
  })

  it('differ where anything differs, also after a URL parser was at them', () => {
    const part = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
    fc.assert(
      fc.property(part, part, part, part, (a, b, c, d) => {
        fc.pre(a !== c || b !== d)
        fc.pre([a, c].every((generation) => !/^\.{1,2}$/.test(generation)))
        return new URL(cutoutKey(a, b)).href !== new URL(cutoutKey(c, d)).href
      }),
    )
  })
})

describe('validators', () => {
  it('are strong, stable, and differ with the parts and where they are split', () => {
    expect(etagOf('g1', 'a')).toMatch(/^"[0-9a-z]+"$/)
    expect(etagOf('g1', 'a')).toBe(etagOf('g1', 'a'))
    expect(etagOf('g1', 'a')).not.toBe(etagOf('g1a'))
    expect(etagOf('g', '1a')).not.toBe(etagOf('g1', 'a'))
  })

  it('have dates of whole seconds', () => {
    expect(httpDate(784_111_777_999)).toBe('Sun, 06 Nov 1994 08:49:37 GMT')
    expect(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT')).toBe(784_111_777_000)
    expect(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT')).toBe(784_111_777_000)
    for (const text of ['', 'yesterday', '0', '2027-01-01']) expect(parseHttpDate(text)).toBeUndefined()
  })
})

describe('conditional requests', () => {
  const validator = { etag: '"abc"', lastModifiedMs: 784_111_777_500 }
  const same = 'Sun, 06 Nov 1994 08:49:37 GMT'
  const before = 'Sun, 06 Nov 1994 08:49:36 GMT'
  it.each([
    [{}, 'proceed'],
    [{ 'if-none-match': '"abc"' }, 'not-modified'],
    [{ 'if-none-match': 'W/"abc"' }, 'not-modified'],
    [{ 'if-none-match': '"x","abc"' }, 'not-modified'],
    [{ 'if-none-match': '"x,y" , "abc"' }, 'not-modified'],
    [{ 'if-none-match': '*' }, 'not-modified'],
    [{ 'if-none-match': '"x"' }, 'proceed'],
    [{ 'if-none-match': '"x"', 'if-modified-since': same }, 'proceed'],
    [{ 'if-modified-since': same }, 'not-modified'],
    [{ 'if-modified-since': before }, 'proceed'],
    [{ 'if-modified-since': 'nonsense' }, 'proceed'],
    [{ 'if-match': '"abc"' }, 'proceed'],
    [{ 'if-match': 'W/"abc"' }, 'precondition-failed'],
    [{ 'if-match': '"x"' }, 'precondition-failed'],
    [{ 'if-unmodified-since': before }, 'precondition-failed'],
    [{ 'if-unmodified-since': same }, 'proceed'],
  ])('%j: %s', (record, expected) => {
    expect(evaluate(headers(record as Record<string, string>), validator)).toBe(expected)
  })

  it('honour a Range only for what the client holds a part of', () => {
    expect(rangeApplies(headers({}), validator)).toBe(true)
    expect(rangeApplies(headers({ 'if-range': '"abc"' }), validator)).toBe(true)
    expect(rangeApplies(headers({ 'if-range': 'W/"abc"' }), validator)).toBe(false)
    expect(rangeApplies(headers({ 'if-range': same }), validator)).toBe(true)
    expect(rangeApplies(headers({ 'if-range': before }), validator)).toBe(false)
  })
})

describe('ranges', () => {
  const part = (start: number, end: number) => ({ kind: 'part', start, end })
  const whole = { kind: 'whole' }
  const none = { kind: 'unsatisfiable' }
  it.each([
    [undefined, 10, whole],
    ['bytes=0-3', 10, part(0, 4)],
    ['bytes=4-', 10, part(4, 10)],
    ['bytes=-3', 10, part(7, 10)],
    ['bytes=-30', 10, part(0, 10)],
    ['bytes=8-99', 10, part(8, 10)],
    ['bytes=9-9', 10, part(9, 10)],
    ['bytes=10-', 10, none],
    ['bytes=-0', 10, none],
    ['bytes=0-', 0, none],
    ['bytes=99999999999999999999-', 10, none],
    ['bytes=5-3', 10, whole],
    ['bytes=-', 10, whole],
    ['bytes=0-1,3-4', 10, whole],
    ['lines=0-1', 10, whole],
    ['bytes=a-b', 10, whole],
    ['bytes=-1-2', 10, whole],
  ])('%s of %d bytes', (header, size, expected) => {
    expect(parseRange(header as string | undefined, size as number)).toEqual(expected)
  })

  it('never leave the body', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(1e6), (text, size) => {
        const answer = parseRange(`bytes=${text}`, size)
        return answer.kind !== 'part' || (answer.start >= 0 && answer.start < answer.end && answer.end <= size)
      }),
    )
  })
})

describe('freshness', () => {
  const now = 1_000_000
  const anyone = decide({ scopes: [], groups: [], dataRights: [] }, { access: 'public', release: 'dr1' }, now)
  it('is public only for what everybody may see', () => {
    expect(freshness('tile', anyone, now).cacheControl).toMatch(/^public, max-age=/)
    const mine = { outcome: 'allow', reason: '', public: false, untilMs: now + 90_500 } as const
    expect(freshness('tile', mine, now)).toMatchObject({
      cacheControl: 'private, max-age=90, must-revalidate',
      vary: ['Authorization', 'Cookie'],
    })
  })
  it('never outlives a permission, and keeps no refusal', () => {
    const over = { outcome: 'allow', reason: '', public: false, untilMs: now - 1 } as const
    expect(freshness('cutout', over, now).cacheControl).toContain('max-age=0')
    expect(freshness('tile', { outcome: 'deny', status: 403, reason: '' }, now)).toMatchObject({
      cacheControl: 'no-store',
    })
  })
})

describe('a copy in our tiers', () => {
  const minute = 60_000
  it.each([
    ['fresh', 0, minute],
    ['fresh', minute - 1, minute],
    ['aging', minute, minute],
    ['aging', 6 * minute - 1, minute],
    ['stale', 6 * minute, minute],
    ['stale', 7 * 86_400_000, minute],
    ['gone', 8 * 86_400_000, minute],
    ['fresh', 1e15, Number.POSITIVE_INFINITY],
    ['stale', 1, 0],
  ] as const)('is %s at an age of %d ms when it is fresh for %d', (age, ageMs, freshMs) => {
    expect(tierAge(ageMs, freshMs)).toBe(age)
  })
})

describe('Cache-Status', () => {
  it('names each cache asked', () => {
    expect(
      cacheStatus([
        { cache: 'colo', fwd: 'uri-miss', fwdStatus: 200, stored: true, collapsed: true },
        { cache: 'isolate', hit: true, ttlS: 59.9, detail: 'a "b"' },
      ]),
    ).toBe('colo; fwd=uri-miss; fwd-status=200; stored; collapsed, isolate; hit; ttl=59; detail="a \\"b\\""')
  })
})
