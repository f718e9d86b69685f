// Questions about images that the caller may not see, put so that an error, a count, the time or the plan of the query
// would answer them. Every one must be answered as if the image were not there.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { onEachDatabase } from '../support/databases.ts'
import { startTapOrigin, type TapOrigin } from '../support/tap-origin.ts'

/** Under embargo, and the visit with it. */
const HIDDEN = { image: 'exposure_2', visit: '2' }
const ABSENT = { image: 'exposure_no', visit: '-2' }
const HUGE = '1e300 * 1e300 > 0'
const LONG =
  '(SELECT MAX(a.s_ra + b.s_ra * c.s_ra - d.s_ra * e.s_ra + f.s_ra) FROM ivoa.obscore a, ivoa.obscore b, ivoa.obscore c, ivoa.obscore d, ivoa.obscore e, ivoa.obscore f)'

/** ID and VISIT stand for the image and the visit that are asked about. */
const QUESTIONS = [
  `SELECT COUNT(*) FROM ivoa.obscore WHERE obs_id = 'ID'`,
  `SELECT COUNT(*) FROM ivoa.obscore WHERE obs_id = 'ID' AND s_ra * ${HUGE}`,
  `SELECT COUNT(*) FROM ivoa.obscore WHERE (obs_id = 'ID' AND s_ra * ${HUGE}) OR obs_id = 'none'`,
  `SELECT COUNT(*) FROM ivoa.obscore WHERE NOT (obs_id <> 'ID' OR s_ra * ${HUGE})`,
  `SELECT COUNT(*) FROM ivoa.obscore WHERE obs_id = 'ID' AND lsst_visit * 9223372036854775807 > 0`,
  `SELECT COUNT(*) FROM ivoa.obscore WHERE obs_id = 'ID' AND ROUND(s_ra, lsst_visit * 5000000000) > 0`,
  `SELECT COUNT(*) FROM ivoa.obscore WHERE obs_id = 'ID' AND ivo_healpix_index(lsst_visit * 5000000000, s_ra, s_dec) > 0`,
  `SELECT COUNT(*) FROM ivoa.obscore WHERE obs_id = 'ID' AND CONTAINS(POINT(s_ra * 1e300 * 1e300, s_dec), CIRCLE(1, 2, 3)) = 1`,
  `SELECT COUNT(*) FROM ivoa.obscore WHERE obs_id = 'ID' AND CAST(obs_id AS INTEGER) > 0`,
  `SELECT COUNT(*) FROM ivoa.obscore WHERE obs_id = 'ID' AND 1 / (lsst_visit - 2) > 0`,
  `SELECT COUNT(*) FROM ivoa.obscore WHERE obs_id = 'ID' AND s_ra < ${LONG}`,
  `SELECT COUNT(*) FROM ivoa.obscore WHERE obs_id = 'ID' AND lsst_visit IN ${LONG.replace('MAX(a.s_ra', 'MAX(a.lsst_visit')}`,
  `SELECT COUNT(*) FROM ivoa.obscore WHERE obs_id = 'ID' AND EXISTS ${LONG}`,
  `SELECT COUNT(*) FROM ivoa.obscore WHERE obs_id = 'ID' AND s_ra = (SELECT s_ra FROM ivoa.obscore)`,
  `SELECT COUNT(*) FROM ivoa.obscore WHERE obs_id = 'ID' GROUP BY s_ra HAVING s_ra * ${HUGE}`,
  `SELECT COUNT(*) FROM ivoa.obscore WHERE obs_id = 'ID' GROUP BY s_ra HAVING s_ra < ${LONG}`,
  `SELECT COUNT(*) FROM (SELECT s_ra * 1e300 * 1e300 AS x, obs_id FROM ivoa.obscore) t WHERE x > 0 AND obs_id = 'ID'`,
  `SELECT COUNT(*) FROM (SELECT s_ra, obs_id FROM ivoa.obscore) t WHERE s_ra * ${HUGE} AND obs_id = 'ID'`,
  `SELECT COUNT(*) FROM (SELECT s_ra, obs_id FROM (SELECT * FROM ivoa.obscore) i) t WHERE s_ra < ${LONG} AND obs_id = 'ID'`,
  `SELECT COUNT(*) FROM (SELECT DISTINCT s_ra, obs_id FROM ivoa.obscore) t WHERE s_ra * ${HUGE} AND obs_id = 'ID'`,
  `SELECT COUNT(*) FROM (SELECT obs_id, s_ra FROM ivoa.obscore UNION ALL SELECT obs_id, s_dec FROM ivoa.obscore) t WHERE s_ra * ${HUGE} AND obs_id = 'ID'`,
  `WITH t AS (SELECT obs_id, s_ra FROM ivoa.obscore), u AS (SELECT * FROM t) SELECT COUNT(*) FROM u WHERE s_ra * ${HUGE} AND obs_id = 'ID'`,
  `SELECT COUNT(*) FROM survey.release a LEFT JOIN ivoa.obscore b ON b.s_ra * ${HUGE} AND b.obs_id = 'ID'`,
  `SELECT COUNT(*) FROM survey.release a LEFT JOIN (SELECT obs_id, s_ra * 1e300 * 1e300 AS x FROM ivoa.obscore) b ON b.obs_id = 'ID'`,
  `SELECT COUNT(*) FROM ivoa.obscore a JOIN ivoa.obscore b ON a.obs_id = b.obs_id AND a.s_ra * b.s_ra * ${HUGE} WHERE a.obs_id = 'ID'`,
  `SELECT s_ra * 1e300 * 1e300 FROM ivoa.obscore WHERE obs_id = 'ID' ORDER BY s_dec * 1e300 * 1e300`,
  `SELECT s_ra FROM ivoa.obscore WHERE obs_id = 'ID' UNION SELECT s_ra * 1e300 * 1e300 FROM ivoa.obscore WHERE obs_id = 'ID'`,
  `SELECT COUNT(*) FROM survey.visit WHERE visit = VISIT AND s_ra * ${HUGE}`,
  `SELECT COUNT(*) FROM survey.visit WHERE visit = VISIT AND s_ra < ${LONG}`,
  `SELECT COUNT(*) FROM survey.exposure_conditions WHERE visit = VISIT AND visit * 9223372036854775807 > 0`,
  `SELECT COUNT(*) FROM survey.coadd_input WHERE visit = VISIT AND weight * ${HUGE}`,
  `SELECT COUNT(*) FROM caom2.Observation WHERE observationID = 'ID' AND sequenceNumber * 9223372036854775807 > 0`,
  `SELECT COUNT(*) FROM caom2.Plane WHERE obsID = 'caom:test.calexp/ID' AND time_exposure * ${HUGE}`,
  `SELECT COUNT(*) FROM caom2.ProvenanceInput WHERE inputID LIKE '%calexp-VISIT-0' AND 0 < ${LONG}`,
  `SELECT COUNT(*) FROM ivoa.obscore WHERE obs_id = 'ID' AND 0 < ${LONG}`,
]

onEachDatabase('an image under embargo,', (store) => {
  let origin: TapOrigin
  beforeAll(async () => {
    origin = await startTapOrigin(store)
  })
  afterAll(() => origin?.end())

  const ask = async (question: string, { image, visit }: typeof HIDDEN) => {
    const QUERY = question.replaceAll("'ID'", `'${image}'`).replaceAll('/ID', `/${image}`).replaceAll('VISIT', visit)
    const body = new URLSearchParams({ LANG: 'ADQL', FORMAT: 'csv', QUERY })
    const answer = await fetch(`${origin.tap}/sync`, { method: 'POST', body, signal: AbortSignal.timeout(6_000) })
    return `${answer.status} ${await answer.text()}`
  }

  it.each(QUESTIONS)('is as one that is not there: %s', async (question) => {
    const hidden = await ask(question, HIDDEN)
    expect(hidden).toMatch(/^200 /)
    expect(hidden).toBe(await ask(question, ABSENT))
  })
})
