// What the query service tells of itself (TAPRegExt 1.0, TAP 1.1 §2.4): languages with their optional features,
// formats, uploads and limits, all from the tables that are also obeyed. `base` is the public address of the node.

import { LANGUAGE_FEATURES, LANGUAGE_VERSIONS } from '#src/adql'
import { OBSCORE_DATA_MODEL } from '#src/obscore'
import { BASIC_AA, type Capability, vosiCapabilities } from '#src/vosi'
import { type Child, element, type XmlElement } from '#src/xml'
import { TAP, TAP_FORMATS, TAP_ROWS } from './tap.ts'
import { TAP_LIMITS } from './tap-limits.ts'

const text = (name: string, value: string | number, attributes = {}) => element(name, attributes, value)

function language(): XmlElement {
  const versions = LANGUAGE_VERSIONS.toSorted((a, b) => (a.version < b.version ? -1 : 1))
  return element(
    'language',
    {},
    text('name', 'ADQL'),
    // Clients take the last one that they know.
    versions.map(({ version, ivoId }) => text('version', version, { 'ivo-id': ivoId })),
    text('description', 'The Astronomical Data Query Language'),
    LANGUAGE_FEATURES.map(({ type, features: list }) =>
      element(
        'languageFeatures',
        { type },
        list.map(({ form, description }) =>
          element('feature', {}, text('form', form), description ? text('description', description) : undefined),
        ),
      ),
    ),
  )
}

const formats = (): XmlElement[] =>
  TAP_FORMATS.map(({ mediaType, short, ivoId }) =>
    element(
      'outputFormat',
      { 'ivo-id': ivoId },
      text('mime', mediaType),
      short.map((alias) => text('alias', alias)),
    ),
  )

const times = (name: string, { default: usual, hard }: { default: number; hard: number }) =>
  element(name, {}, text('default', usual), text('hard', hard))

function tableAccess(): Child[] {
  return [
    text('dataModel', 'ObsCore-1.1', { 'ivo-id': OBSCORE_DATA_MODEL }),
    language(),
    ...formats(),
    // By address: results of jobs of this service itself.
    ['inline', 'http'].map((method) =>
      element('uploadMethod', { 'ivo-id': `ivo://ivoa.net/std/TAPRegExt#upload-${method}` }),
    ),
    times('retentionPeriod', TAP_LIMITS.retentionS),
    times('executionDuration', TAP_LIMITS.executionS),
    element(
      'outputLimit',
      {},
      text('default', TAP_ROWS.default, { unit: 'row' }),
      text('hard', TAP_ROWS.max, { unit: 'row' }),
    ),
    element(
      'uploadLimit',
      {},
      text('default', TAP_LIMITS.uploadBytes, { unit: 'byte' }),
      text('hard', TAP_LIMITS.uploadBytes, { unit: 'byte' }),
    ),
  ]
}

export const tapCapabilities = (base: string): Capability[] => [
  ...vosiCapabilities(`${base}/tap`),
  {
    standardId: 'ivo://ivoa.net/std/VOSI#tables-1.1',
    accessUrl: `${base}/tap/tables`,
    version: '1.1',
  },
  { standardId: 'ivo://ivoa.net/std/DALI#examples', accessUrl: `${base}/tap/examples`, page: true },
  {
    standardId: TAP,
    accessUrl: `${base}/tap`,
    use: 'base',
    version: '1.1',
    securityMethods: [BASIC_AA],
    extension: {
      type: 'tr:TableAccess',
      namespaces: { 'xmlns:tr': 'http://www.ivoa.net/xml/TAPRegExt/v1.0' },
      content: tableAccess(),
    },
  },
]
