// The schema `survey`: releases, visits, detectors, conditions, coadds and what went into them, calibrations.

export { SURVEY_SCHEMA } from './tables.ts'
