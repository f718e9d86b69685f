// The questions that observers ask of images and coadds: each is answered through indexes, in one query, with eleven releases
// side by side. A plan that walks through a whole base table fails.

import { beforeAll, describe, expect, it } from 'vitest'
import { onEachCatalog, type Rows, stores } from '../../../support/catalogs.ts'
import { fileAt } from '../../../support/products.ts'
import { coadd, exposure } from '../../../support/survey.ts'
import { fromItem, tableRows } from '../../../support/tables.ts'

const NOW = Date.UTC(2027, 0, 10)
const RELEASES = Array.from({ length: 11 }, (_, i) => `dr${i + 1}`)

/** `{ivoa.ObsCore}` stands for the table as a query sees it. */
const QUESTIONS: Readonly<Record<string, string>> = {
  'by a list of visits': `SELECT * FROM {ivoa.ObsCore} o WHERE o.lsst_visit IN (3, 5)`,
  'by visit and detector': `SELECT * FROM {ivoa.ObsCore} o WHERE o.lsst_visit = 3 AND o.lsst_detector = 2`,
  'by raft': `SELECT * FROM {ivoa.ObsCore} o WHERE o.lsst_raft = 'R1' AND o.lsst_visit = 4`,
  'by raft through the detectors': `SELECT o.* FROM {survey.detector} d JOIN {ivoa.ObsCore} o
    ON o.lsst_detector = d.detector AND o.instrument_name = d.instrument WHERE d.raft = 'R1'`,
  'by image type': `SELECT o.* FROM {survey.visit} v JOIN {ivoa.ObsCore} o
    ON o.lsst_visit = v.visit AND o.release = v.release WHERE v.image_type = 'flat'`,
  'by pointing, time and filter': `SELECT v.* FROM {survey.visit} v
    WHERE v.s_dec BETWEEN 2 AND 2.1 AND v.s_ra BETWEEN 150 AND 150.2 AND v.band = 'r' AND v.t_min BETWEEN 60652 AND 60653`,
  'by time': `SELECT * FROM {ivoa.ObsCore} o WHERE o.t_min BETWEEN 60652 AND 60652.5`,
  'by conditions': `SELECT o.* FROM {survey.exposure_conditions} c JOIN {ivoa.ObsCore} o
    ON o.lsst_visit = c.visit AND o.release = c.release WHERE c.seeing < 0.71`,
  'coadds by tract and patch': `SELECT * FROM {survey.coadd} c WHERE c.tract = 1 AND c.patch = '3'`,
  'coadds by depth': `SELECT * FROM {survey.coadd} c WHERE c.depth > 25.25`,
  'coadds by number of inputs': `SELECT * FROM {survey.coadd} c WHERE c.num_inputs >= 3`,
  'the visits that made a patch': `SELECT i.visit, i.weight, c.seeing FROM {survey.coadd_input} i
    JOIN {survey.exposure_conditions} c ON c.release = i.release AND c.visit = i.visit
    WHERE i.tract = 1 AND i.patch = '0' AND i.release = 'dr7'`,
  'the planes of an observation': `SELECT p.* FROM {caom2.Observation} o JOIN {caom2.Plane} p ON p.obsid = o.obsid
    WHERE o.collection = 'test.calexp' AND o.observationid = 'exposure_3'`,
  'the arrays of a plane': `SELECT c.naxis, c.producttype FROM {caom2.Plane} p
    JOIN {caom2.Artifact} a ON a.planeid = p.planeid JOIN {caom2.Part} t ON t.artifactid = a.artifactid
    JOIN {caom2.Chunk} c ON c.partid = t.partid WHERE p.publisherid = 'ivo://skyedge.example/dr7?coadd-1-0'`,
  'the files of a plane': `SELECT a.* FROM {caom2.Plane} p JOIN {caom2.Artifact} a ON a.planeid = p.planeid
    WHERE p.publisherid = 'ivo://skyedge.example/dr7?calexp-3-2'`,
}

/** Names in a plan that stand for a walk through all of a table that grows with the survey. */
const GROWING = /^SCAN (p|v|q|o|pl|i|ci|m|f|products|visits|conditions|planes)\b(?!.*\b(VIRTUAL|USING))/
const read: Record<string, Rows> = {}

beforeAll(async () => {
  for (const { store, openAndRead } of stores) {
    const { catalog, rows } = await openAndRead()
    read[store] = rows
    const products = RELEASES.flatMap((release) => {
      const own = (name: string) => ({
        release,
        productId: name,
        publisherDid: `ivo://skyedge.example/${release}?${name}`,
        rights: { access: 'public', release } as const,
      })
      const images = [1, 2, 3, 4, 5].flatMap((visit) =>
        [0, 2].map((detector) => exposure(visit, detector, own(`calexp-${visit}-${detector}`))),
      )
      return [...images, coadd(0, [1, 2, 3], own('coadd-1-0')), coadd(3, [1], own('coadd-1-3'))]
    })
    await catalog.change({ files: ['/a.fits', '/c.fits', '/w.fits'].map((path) => fileAt(path)), products })
    const visits = RELEASES.flatMap((release) =>
      [1, 2, 3, 4, 5].map((visit) => ({ release, instrument: 'TestCam', visit })),
    )
    await catalog.putSurvey({
      releases: RELEASES.map((release, i) => ({
        release,
        status: i === 10 ? 'current' : 'superseded',
        releasedMs: Date.UTC(2016 + i, 5, 30),
      })),
      visits: visits.map((key) => ({
        ...key,
        imageType: key.visit === 5 ? 'flat' : 'science',
        band: 'r',
        raDeg: 150.1,
        decDeg: 2.05,
        tMinMjd: 60_650 + key.visit,
      })),
      conditions: visits.map((key) => ({ ...key, seeingArcsec: 0.65 + key.visit / 20 })),
      detectors: [0, 2].map((detector) => ({ instrument: 'TestCam', detector, raft: `R${detector / 2}` })),
      coaddInputs: visits
        .filter(({ visit }) => visit < 4)
        .map((key) => ({ ...key, coaddDid: `ivo://skyedge.example/${key.release}?coadd-1-0`, weight: key.visit })),
    })
    // Whoever fills a catalogue leaves statistics behind at its end.
    await catalog.close()
  }
})
function written(question: string, dialect: 'sqlite' | 'postgres') {
  const params: (string | number | bigint | null | Uint8Array)[] = []
  const text = question.replace(/\{([\w.]+)\}/g, (_, name: string) => {
    const item = fromItem({ dialect, nowMs: NOW }, name)
    params.push(...item.params)
    return item.text
  })
  return { text, params }
}

onEachCatalog('eleven releases side by side', ({ store }) => {
  it('are listed with date and status, and each has its own images', async () => {
    const reader = { rows: read[store], dialect: store === 'SQLite' ? 'sqlite' : 'postgres', nowMs: NOW } as const
    const releases = await tableRows(reader, 'survey.release', 'ORDER BY release_date')
    expect(releases.map(({ release }) => release)).toEqual(RELEASES)
    expect(releases[10]).toMatchObject({ status: 'current', release_date: '2026-06-30T00:00:00' })
    const images = await tableRows(reader, 'ivoa.ObsCore', `WHERE release = 'dr4' ORDER BY obs_publisher_did`)
    expect(images.length).toBe(12)
    expect(new Set(images.map((row) => row.obs_release_date))).toEqual(new Set(['2019-06-30T00:00:00']))
    expect((await tableRows(reader, 'ivoa.ObsCore')).length).toBe(12 * 11)
  })
})

describe('images and coadds', () => {
  it.each(Object.entries(QUESTIONS))('are found %s through an index', async (_name, question) => {
    const { text, params } = written(question, 'sqlite')
    const plan = await read.SQLite(`EXPLAIN QUERY PLAN ${text}`, params)
    const walks = plan.map(({ detail }) => String(detail)).filter((line) => GROWING.test(line))
    expect(walks).toEqual([])
    // No part of the query around a view is made into a table of its own first.
    expect(plan.filter(({ detail }) => /MATERIALIZE|CO-ROUTINE|AUTOMATIC/.test(String(detail)))).toEqual([])
  })

  it.each(Object.entries(QUESTIONS))('are found %s, the same on every store', async (_name, question) => {
    const answers: string[][] = []
    for (const { store } of stores) {
      const { text, params } = written(question, store === 'SQLite' ? 'sqlite' : 'postgres')
      const rows = await read[store](text, params)
      const hidden = new Set(['product_key', 'footprint_bytes', 's_region_poly', 's_point', 'artifactid'])
      const shown = (row: Record<string, unknown>) =>
        Object.entries(row)
          .filter(([name]) => !hidden.has(name))
          .map(([name, value]) => `${name}=${value}`)
          .join('|')
      answers.push(rows.map(shown).sort())
    }
    expect(answers[0].length).toBeGreaterThan(0)
    for (const answer of answers) expect(answer).toEqual(answers[0])
  })
})
