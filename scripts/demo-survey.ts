#!/usr/bin/env node
// The demo archive: a small simulated survey as FITS files and what is true about it, truth.json.
//   node scripts/demo-survey.ts FOLDER [--seed 1] [--threads 2] [--detector-px 512] [--nights 12] [--stars 2500]
// The same seed and size give the same bytes, whatever the threads. truth.json is written last: where it stands, all is there.

import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { writeWhole } from './demo/files.ts'
import { FULL_SIZE, type SurveySize } from './demo/plan.ts'
import { labelOf, openSurvey, run, stages, type Task } from './demo/tasks.ts'
import { startThreads } from './demo/threads.ts'
import { makeTruth } from './demo/truth.ts'

export interface DemoProgress {
  readonly done: number
  readonly total: number
  /** What was just finished. */
  readonly label: string
}

export interface DemoOptions {
  readonly seed?: number
  /** Worker threads; 0 = in this thread. */
  readonly threads?: number
  /** A smaller survey, for tests. */
  readonly size?: Partial<SurveySize>
  readonly onProgress?: (progress: DemoProgress) => void
}

export interface DemoSummary {
  readonly files: number
  readonly bytes: number
}

export async function makeDemoSurvey(
  folder: string,
  { seed = 1, threads = 2, size, onProgress }: DemoOptions = {},
): Promise<DemoSummary> {
  const full = { ...FULL_SIZE, ...size }
  const survey = openSurvey(folder, seed, full)
  rmSync(`${folder}/truth.json`, { force: true })
  const pool = threads > 0 ? startThreads(threads, { folder, seed, size: full }) : undefined
  const total = stages(survey).flat().length
  let done = 0
  let bytes = 0
  const take = async (queue: Task[]) => {
    for (let task = queue.shift(); task; task = queue.shift()) {
      const written = await (pool ? pool.run(task) : run(survey, task))
      bytes += written
      onProgress?.({ done: ++done, total, label: labelOf(survey, task) })
    }
  }
  try {
    for (const stage of stages(survey)) {
      const queue = [...stage]
      await Promise.all(Array.from({ length: Math.max(1, threads) }, () => take(queue)))
    }
  } finally {
    await pool?.close()
  }
  const truth = makeTruth(survey.plan, survey.scene)
  bytes += writeWhole(folder, 'truth.json', [new TextEncoder().encode(`${JSON.stringify(truth)}\n`)])
  const exposures = truth.epochs.reduce((sum, epoch) => sum + epoch.files.length + epoch.lossyFiles.length, 0)
  return { files: exposures + truth.coadds.length + truth.level3.length + 1, bytes }
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      threads: { type: 'string', default: '2' },
      'detector-px': { type: 'string', default: String(FULL_SIZE.detectorPx) },
      nights: { type: 'string', default: String(FULL_SIZE.nights) },
      stars: { type: 'string', default: String(FULL_SIZE.stars) },
    },
  })
  const numbers = Object.entries(values).map(([name, value]) => [name, Number(value)] as const)
  const wrong = numbers.find(([, value]) => !Number.isInteger(value) || value < 0)
  if (positionals.length !== 1 || wrong) {
    console.error(wrong ? `--${wrong[0]} is a whole number` : 'usage: node scripts/demo-survey.ts FOLDER [--seed N]')
    process.exit(2)
  }
  const given = Object.fromEntries(numbers)
  const { files, bytes } = await makeDemoSurvey(positionals[0], {
    seed: given.seed,
    threads: given.threads,
    size: { detectorPx: given['detector-px'], nights: given.nights, stars: given.stars },
    onProgress: ({ done, total, label }) => process.stderr.write(`\r${done}/${total} ${label}\u001b[K`),
  })
  console.error(`\n${files} files, ${(bytes / 1e6).toFixed(0)} MB`)
}
