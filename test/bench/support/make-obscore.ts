// node test/bench/support/make-obscore.ts [--visits 5200] [--patches 17200]: fills the catalogue of the settings
// (SKYEDGE_DATA or SKYEDGE_DATABASE_URL) with the simulated survey.

import { parseArgs } from 'node:util'
import { openCatalog } from '../../../origin/catalog/open.ts'
import { loadConfig } from '../../../origin/config.ts'
import { MILLION, RELEASE, survey, surveyOf } from './obscore-rows.ts'

const { values } = parseArgs({ options: { visits: { type: 'string' }, patches: { type: 'string' } } })
const size = { visits: Number(values.visits ?? MILLION.visits), patches: Number(values.patches ?? MILLION.patches) }
const catalog = await openCatalog(loadConfig())
const startMs = performance.now()
const count = await catalog.load(RELEASE, survey(size))
await catalog.putSurvey(surveyOf(size))
await catalog.close()
console.log(`${count} products in ${((performance.now() - startMs) / 1000).toFixed(1)} s`)
