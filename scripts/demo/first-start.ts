// The demo archive, made at the first start: the simulated survey's files, then catalogue and maps from them.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import cliProgress from 'cli-progress'
import { openCatalog } from '../../origin/catalog/open.ts'
import type { Config } from '../../origin/config.ts'

export async function makeDemoOnce(config: Config): Promise<void> {
  const folder = join(config.dataFolder, 'demo')
  if (!existsSync(join(folder, 'truth.json'))) {
    // Imported only here: who has the archive need not load what makes it.
    const { makeDemoSurvey } = await import('../demo-survey.ts')
    const progress = progressOf('survey')
    await makeDemoSurvey(folder, { onProgress: ({ done, total, label }) => progress.at(done, total, label) })
    progress.end()
  }
  const { makeDemoArchive } = await import('./archive.ts')
  const catalog = await openCatalog(config)
  let progress = progressOf('')
  let step = ''
  try {
    await makeDemoArchive({
      catalog,
      dataFolder: config.dataFolder,
      authority: config.authority,
      folder,
      nowMs: Date.now(),
      onProgress: (what, done, total) => {
        if (what !== step) {
          progress.end()
          progress = progressOf(what)
          step = what
        }
        progress.at(done, total, '')
      },
    })
  } finally {
    progress.end()
    await catalog.close()
  }
}

/** A bar on a terminal, a line now and then elsewhere. */
function progressOf(what: string): { at(done: number, total: number, label: string): void; end(): void } {
  const bar = new cliProgress.SingleBar(
    {
      format: `demo: ${what} {bar} {percentage}% {label}`,
      hideCursor: true,
      noTTYOutput: true,
      notTTYSchedule: 5_000,
      stream: process.stderr,
    },
    cliProgress.Presets.shades_classic,
  )
  let started = false
  return {
    at(done, total, label) {
      if (!started) bar.start(total, done, { label })
      else bar.update(done, { label })
      started = true
    },
    end: () => started && bar.stop(),
  }
}
