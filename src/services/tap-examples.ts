// Example queries (DALI 1.2 §2.3, TAP 1.1 §2.6): a table of them, and the XHTML page with RDFa that clients read.
// Each is run by the suite. They hold no position or name of one archive, so they mean something in all.
// Geometry names its frame, so that they are ADQL 2.0 as well.

import { element, type XmlElement, xmlDocument } from '#src/xml'

export interface TapExample {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly tables: readonly string[]
  readonly query: string
}

export const TAP_EXAMPLES: readonly TapExample[] = [
  {
    id: 'first-images',
    name: 'The first images of the archive',
    description: 'What it is, where it looks, when it was taken, and where its links are.',
    tables: ['ivoa.ObsCore'],
    query: `SELECT TOP 10 obs_id, dataproduct_subtype, s_ra, s_dec, t_min, access_url
FROM ivoa.ObsCore
WHERE dataproduct_type = 'image'`,
  },
  {
    id: 'collections',
    name: 'What there is, by collection, kind and band',
    description: 'How many images of each kind every data release holds.',
    tables: ['ivoa.ObsCore'],
    query: `SELECT obs_collection, dataproduct_subtype, lsst_band, COUNT(*) AS images
FROM ivoa.ObsCore
GROUP BY obs_collection, dataproduct_subtype, lsst_band
ORDER BY obs_collection, dataproduct_subtype, lsst_band`,
  },
  {
    id: 'images-of-a-point',
    name: 'All images that show a position',
    description: 'The footprint of the image, not its centre, is compared; the index of footprints is used.',
    tables: ['ivoa.ObsCore'],
    query: `SELECT TOP 100 obs_id, lsst_band, t_min, t_exptime, access_url
FROM ivoa.ObsCore
WHERE 1 = CONTAINS(POINT('ICRS', 150.1, 2.2), s_region)
ORDER BY t_min`,
  },
  {
    id: 'images-in-a-circle',
    name: 'Images in a circle, in one band',
    description: 'Everything of the r band whose footprint touches a circle of half a degree.',
    tables: ['ivoa.ObsCore'],
    query: `SELECT TOP 100 obs_publisher_did, s_ra, s_dec, s_region
FROM ivoa.ObsCore
WHERE lsst_band = 'r'
  AND 1 = INTERSECTS(CIRCLE('ICRS', 150.1, 2.2, 0.5), s_region)`,
  },
  {
    id: 'deepest-coadds',
    name: 'Coadds by what went into them',
    description: 'Patches with the number of images that were added up.',
    tables: ['survey.coadd_input'],
    query: `SELECT TOP 20 tract, patch, band, COUNT(*) AS inputs
FROM survey.coadd_input
GROUP BY tract, patch, band
ORDER BY inputs DESC`,
  },
  {
    id: 'tables',
    name: 'The tables of this service',
    description: 'Their names and what they are; TAP_SCHEMA.columns has the columns.',
    tables: ['TAP_SCHEMA.tables'],
    query: `SELECT schema_name, table_name, description
FROM TAP_SCHEMA.tables
ORDER BY schema_name, table_name`,
  },
]

export function examplesPage(examples: readonly TapExample[] = TAP_EXAMPLES): string {
  const title = 'Example queries'
  return xmlDocument(
    element(
      'html',
      { xmlns: 'http://www.w3.org/1999/xhtml', 'xml:lang': 'en', lang: 'en' },
      element('head', {}, element('meta', { charset: 'utf-8' }), element('title', {}, title)),
      element(
        'body',
        {},
        element(
          'div',
          { vocab: 'http://www.ivoa.net/rdf/examples#' },
          element('h1', {}, title),
          examples.map(exampleDiv),
        ),
      ),
    ),
  )
}

function exampleDiv({ id, name, description, tables, query }: TapExample): XmlElement {
  return element(
    'div',
    { id, resource: `#${id}`, typeof: 'example' },
    element('h2', { property: 'name' }, name),
    element('p', {}, description),
    element(
      'p',
      {},
      'Uses ',
      tables.map((table) => element('em', { property: 'table' }, table)),
    ),
    element('pre', { property: 'query' }, query),
  )
}
