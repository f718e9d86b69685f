// npm run bench -- NAME [--json], npm run bench -- --list. Every other module of this folder that exports `bench` counts.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Benchmark, BenchResult, Figure } from './result.ts'

async function benchmarks(): Promise<Benchmark[]> {
  const found: Benchmark[] = []
  for (const file of readdirSync(import.meta.dirname).sort()) {
    if (!file.endsWith('.ts') || file === 'main.ts' || file === 'result.ts') continue
    const module = (await import(join(import.meta.dirname, file))) as { bench?: Benchmark }
    if (module.bench) found.push(module.bench)
  }
  return found
}

function print({ name, figures, peers, ratios, notes = [] }: BenchResult): void {
  const line = ({ what, value, unit }: Figure) => `  ${what.padEnd(56)} ${value.toPrecision(4).padStart(9)} ${unit}`
  console.log(name)
  for (const figure of figures) console.log(line(figure))
  if (peers.length > 0) console.log(' peers')
  for (const figure of peers) console.log(line(figure))
  if (ratios.length > 0) console.log(' ratios')
  for (const ratio of ratios) console.log(line(ratio) + aim(ratio))
  for (const note of notes) console.log(`  note: ${note}`)
}

const aim = ({ target, atLeast }: BenchResult['ratios'][number]) =>
  target !== undefined ? ` (target at most ${target})` : atLeast !== undefined ? ` (target at least ${atLeast})` : ''

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, list: { type: 'boolean' } },
  allowPositionals: true,
})
const all = await benchmarks()
if (values.list) {
  if (values.json) console.log(JSON.stringify(all.map(({ name, about }) => ({ name, about }))))
  else for (const { name, about } of all) console.log(`${name.padEnd(14)} ${about}`)
} else {
  const chosen = positionals.map((name) => all.find((bench) => bench.name === name) ?? name)
  const unknown = chosen.filter((bench) => typeof bench === 'string')
  if (chosen.length === 0 || unknown.length > 0) {
    console.error(
      chosen.length === 0 ? 'name a benchmark, or --list' : `no benchmark is called ${unknown.join(', ')}; see --list`,
    )
    process.exit(2)
  }
  for (const bench of chosen as Benchmark[]) {
    const result = await bench.run()
    if (values.json) console.log(JSON.stringify(result))
    else print(result)
  }
}
