// print(parse(q)) is the same tree for every query that the grammar can make.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Expression, parseAdql, printAdql, type Query } from '#src/adql'

/** Without offsets and text, which the spelling changes. */
const bare = (query: unknown): unknown =>
  JSON.parse(
    JSON.stringify(query, (key, value) =>
      key === 'at' || key === 'text' ? (typeof value === 'string' && /^[\d.]/.test(value) ? value : undefined) : value,
    ),
  )

const at = fc.constant(0)
const name = fc.oneof(
  fc.record({ name: fc.constantFrom('a', 'B', 'obs_id', 'x1'), delimited: fc.constant(false), at }),
  fc.record({ name: fc.constantFrom('size', 'a"b', 'ö x', '_y', 'SELECT'), delimited: fc.constant(true), at }),
)
/** Past this depth every choice takes its first branch, which ends. */
const DEEP = { maxDepth: 3, depthIdentifier: 'query' } as const
const names = fc.array(name, { minLength: 1, maxLength: 3 })

const { value, condition, rows } = fc.letrec<{ value: Expression; condition: Expression; rows: Query['rows'] }>(
  (tie) => {
    const v = tie('value')
    const c = tie('condition')
    const kind = <K extends string>(one: K) => fc.constant(one)
    const negated = fc.boolean()
    const leaf = fc.oneof(
      fc.record({ kind: kind('number'), text: fc.constantFrom('1', '2.5', '.5', '3e4', '0x1F', '1.'), at }),
      fc.record({
        kind: kind('string'),
        value: fc.string({ maxLength: 6 }).filter((text) => !text.includes('\0')),
        at,
      }),
      fc.record({ kind: kind('column'), name: names, at }),
      fc.record({ kind: kind('null'), at }),
    )
    const select = fc.record(
      {
        kind: kind('select'),
        distinct: fc.boolean(),
        top: fc.nat(),
        items: fc.array(
          fc.oneof(
            fc.record({ kind: kind('all'), qualifier: fc.array(name, { maxLength: 3 }), at }),
            fc.record(
              { kind: kind('item'), expression: v, alias: name, at },
              { requiredKeys: ['kind', 'expression', 'at'] },
            ),
          ),
          { minLength: 1, maxLength: 3 },
        ),
        from: fc.array(table(tie), { minLength: 1, maxLength: 2 }),
        where: c,
        groupBy: fc.array(v, { maxLength: 2 }),
        having: c,
        at,
      },
      { requiredKeys: ['kind', 'distinct', 'items', 'from', 'groupBy', 'at'] },
    )
    const star = fc.record({ kind: kind('all'), qualifier: fc.array(name, { maxLength: 3 }), at })
    const stored = fc.record({ kind: kind('table'), name: names, at })
    const least = fc.record({
      kind: kind('select'),
      distinct: fc.boolean(),
      items: fc.tuple(star),
      from: fc.tuple(stored),
      groupBy: fc.constant([]),
      at,
    })
    const simple = fc.record({ body: least, orderBy: fc.constant([]), at })
    const orderBy = fc.array(fc.record({ expression: v, descending: fc.boolean() }), { maxLength: 2 })
    const single = fc.record(
      { body: select, orderBy, offset: fc.nat(), at },
      { requiredKeys: ['body', 'orderBy', 'at'] },
    )
    const set = fc.record({
      kind: kind('set'),
      operator: fc.constantFrom('UNION', 'EXCEPT', 'INTERSECT'),
      all: fc.boolean(),
      left: tie('rows'),
      right: tie('rows'),
      at,
    })
    const many = fc.record({ body: set, orderBy, offset: fc.nat(), at }, { requiredKeys: ['body', 'orderBy', 'at'] })
    return {
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.record({ kind: kind('sign'), operator: fc.constantFrom('+', '-'), operand: v, at }),
        fc.record({
          kind: kind('binary'),
          operator: fc.constantFrom('+', '-', '*', '/', '%', '||'),
          left: v,
          right: v,
          at,
        }),
        fc.record({
          kind: kind('call'),
          name: fc.record({ name: fc.constantFrom('ABS', 'my_udf', 'count'), delimited: fc.constant(false), at }),
          star: fc.constant(false),
          args: fc.array(v, { maxLength: 3 }),
          at,
        }),
        fc.record({
          kind: kind('cast'),
          operand: v,
          target: fc.oneof(
            fc.record({ name: fc.constantFrom('REAL', 'DOUBLE PRECISION', 'POINT') }),
            fc.record({ name: kind('CHAR'), length: fc.integer({ min: 1, max: 99 }) }),
          ),
          at,
        }),
        fc.record({ kind: kind('subquery'), rows: tie('rows'), at }),
      ),
      condition: fc.oneof(
        DEEP,
        fc.record({ kind: kind('isNull'), operand: leaf, negated, at }),
        fc.record({
          kind: kind('comparison'),
          operator: fc.constantFrom('=', '<>', '<', '<=', '>', '>='),
          left: v,
          right: v,
          at,
        }),
        fc.record({ kind: kind('isNull'), operand: v, negated, at }),
        fc.record({ kind: kind('between'), operand: v, low: v, high: v, negated, at }),
        fc.record({ kind: kind('like'), operand: v, pattern: v, ignoreCase: fc.boolean(), negated, at }),
        fc.record({
          kind: kind('in'),
          operand: v,
          items: fc.oneof(fc.array(v, { minLength: 2, maxLength: 3 }), tie('rows')),
          negated,
          at,
        }),
        fc.record({ kind: kind('exists'), rows: tie('rows'), at }),
        fc.record({ kind: kind('not'), operand: c, at }),
        fc.record({ kind: fc.constantFrom('and', 'or'), terms: fc.array(c, { minLength: 2, maxLength: 3 }), at }),
      ),
      rows: fc.oneof(DEEP, simple, single, many),
    } as never
  },
)

function table(tie: (key: 'condition' | 'rows') => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const named = fc.record(
    { kind: fc.constant('table'), name: names, alias: name, at },
    { requiredKeys: ['kind', 'name', 'at'] },
  )
  const derived = fc.record({ kind: fc.constant('derived'), rows: tie('rows'), alias: name, at })
  const one = fc.oneof(DEEP, named, derived)
  const join = fc.oneof(
    fc.record({
      kind: fc.constant('join'),
      join: fc.constantFrom('INNER', 'LEFT', 'RIGHT', 'FULL'),
      natural: fc.constant(false),
      left: one,
      right: one,
      on: tie('condition'),
      at,
    }),
    fc.record({
      kind: fc.constant('join'),
      join: fc.constantFrom('INNER', 'FULL'),
      natural: fc.constant(false),
      left: one,
      right: one,
      using: names,
      at,
    }),
    fc.record({
      kind: fc.constant('join'),
      join: fc.constantFrom('INNER', 'LEFT'),
      natural: fc.constant(true),
      left: one,
      right: named,
      at,
    }),
  )
  const nested = fc.record({
    kind: fc.constant('join'),
    join: fc.constant('CROSS'),
    natural: fc.constant(false),
    left: join,
    right: fc.oneof(join, one),
    at,
  })
  return fc.oneof(DEEP, named, derived, join, nested)
}

const query: fc.Arbitrary<Query> = fc.record({
  text: fc.constant(''),
  with: fc.array(fc.record({ name, rows }), { maxLength: 2 }),
  rows,
}) as never

describe('printing a query', () => {
  it('gives text that reads as the same query', () => {
    fc.assert(
      fc.property(query, (one) => {
        const text = printAdql(one)
        const again = parseAdql(text, { depth: 500, tables: 1e6, selects: 1e6, characters: 1e7 })
        expect(bare(again)).toEqual(bare(one))
        expect(printAdql(again)).toBe(text)
      }),
      { numRuns: 300 },
    )
  })

  it('keeps a value apart from its sign', () => {
    fc.assert(
      fc.property(value, condition, (one, other) => {
        const text = printAdql({
          text: '',
          with: [],
          rows: {
            body: {
              kind: 'select',
              distinct: false,
              items: [{ kind: 'item', expression: one, at: 0 }],
              from: [{ kind: 'table', name: [{ name: 't', delimited: false, at: 0 }], at: 0 }],
              where: other,
              groupBy: [],
              at: 0,
            },
            orderBy: [],
            at: 0,
          },
        })
        expect(text.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '')).not.toContain('--')
      }),
      { numRuns: 200 },
    )
  })
})
