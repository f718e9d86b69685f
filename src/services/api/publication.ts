// The endpoints by which a node is found: coverage maps and the registry.

import { type ApiAnswer, type ApiEndpoint, integer, type JsonObject, param, string } from '#src/dali'
import { MOC_KINDS, MOC_MEDIA_TYPES, MOST_MOCS } from '../moc.ts'
import { ok, READING, XML } from './words.ts'

const NAMES = `maps, releases, bands, collections, separated by commas; with INTERSECT at most ${MOST_MOCS}.`
const combining = [
  param('union', string(), { description: `Names to unite: ${NAMES}`, examples: ['map:demo/dr1/r,band:g'] }),
  param('intersect', string(), {
    description: `Names to stay within, each of them: ${NAMES}`,
    examples: ['release:dr1'],
  }),
  param('order', integer({ min: 0, max: 29 }), {
    description: 'Deeper cells are taken at this order, touched ones whole.',
  }),
  param('RESPONSEFORMAT', string(), {
    options: ['fits', 'ascii', 'json', 'application/fits', 'text/plain', 'application/json'],
    description:
      'The form of the map; the ending of an address (.fits, .txt, .json) goes before it, Accept comes after.',
  }),
]
const FORMS = Object.values(MOC_MEDIA_TYPES).map((type) => type.split(';')[0])
const UNCHANGED: readonly ApiAnswer[] = [
  { status: 206, description: 'The part of it that Range asked for.', types: FORMS },
  { status: 304, description: 'Not changed since the client has it.' },
  { status: 412, description: 'If-Match does not hold.' },
  { status: 416, description: 'The range lies outside.', types: ['text/plain'] },
]
const finding = { style: 'problem', codes: ['usage', 'not-found', ...READING] } as const
const anyJson: JsonObject = { type: 'object' }

const MOC: readonly ApiEndpoint[] = [
  {
    path: '/moc',
    methods: ['get'],
    id: 'moc-combined',
    tag: 'MOC',
    summary: 'Coverage maps united and cut; without names the list of them',
    params: combining,
    answers: [ok('The map (MOC 2.0), or the list.', FORMS, { schema: anyJson }), ...UNCHANGED],
    faults: finding,
  },
  {
    path: '/moc/{kind}/{name}',
    methods: ['get'],
    id: 'moc-one',
    tag: 'MOC',
    summary: 'Where on the sky the images of a map, release, band or collection are',
    inPath: {
      kind: { description: 'What it is the coverage of.', example: 'release', pattern: `^(${MOC_KINDS.join('|')})$` },
      name: { description: 'Its name, perhaps with an ending for the form: r.fits.', example: 'dr1' },
    },
    params: combining,
    answers: [ok('The map (MOC 2.0).', FORMS, { schema: anyJson }), ...UNCHANGED],
    faults: finding,
  },
]

const word = (name: string, description: string, examples: string[] = []) =>
  param(name, string(), { description, examples })
const REGISTRY: readonly ApiEndpoint[] = [
  {
    path: '/registry',
    methods: ['get', 'post'],
    id: 'registry',
    tag: 'Registry',
    summary: 'Records of this node and its data for the VO Registry (OAI-PMH 2.0)',
    description: 'Errors of OAI-PMH are answers with status 200. Names of arguments are lower and upper case as here.',
    params: [
      word('verb', 'Identify, ListMetadataFormats, ListSets, ListIdentifiers, ListRecords or GetRecord.', ['Identify']),
      word('metadataPrefix', 'ivo_vor or oai_dc.', ['ivo_vor']),
      word('identifier', 'Identifier of a record.', ['ivo://skyedge.example/node/tap']),
      word('from', 'Records that changed since this day or second.', ['2027-01-01']),
      word('until', 'Records that changed until this day or second.'),
      word('set', 'ivo_managed, the only set.'),
      word('resumptionToken', 'From the page before; stands alone beside the verb.'),
    ],
    answers: [ok('The answer, or what is wrong with the request.', XML)],
    faults: { style: 'problem', codes: ['usage', 'too-large', ...READING] },
  },
]

export const PUBLICATION_ENDPOINTS: readonly ApiEndpoint[] = [...MOC, ...REGISTRY]
