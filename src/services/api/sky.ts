// The endpoints of maps and of the node itself: plain HTTP, errors as problem+json (RFC 9457).

import { type ApiAnswer, type ApiEndpoint, integer, type JsonObject, param, string } from '#src/dali'
import { ok, READING } from './words.ts'

const JSON_TYPE = ['application/json']
const NOT_CHANGED: ApiAnswer = { status: 304, description: 'Not changed since the client has it.' }
const FILE: readonly ApiAnswer[] = [
  NOT_CHANGED,
  { status: 412, description: 'If-Match does not hold.' },
  { status: 416, description: 'The range lies outside.', types: ['text/plain'] },
]
const reading = { style: 'problem', codes: READING } as const
const finding = { style: 'problem', codes: ['not-found', ...READING] } as const
const tier = {
  description: 'public for the orders that are open to everybody, full for all of them.',
  example: 'public',
  pattern: '^(public|full)$',
}
const map = { description: 'Name of the map, as its address in /hipslist ends; it may hold slashes.', example: 'demo' }

/** Rows of objects of which these members are always there. */
const object = (required: Record<string, JsonObject>, optional: Record<string, JsonObject> = {}): JsonObject => ({
  type: 'object',
  required: Object.keys(required),
  properties: { ...required, ...optional },
})
const list = (items: JsonObject): JsonObject => ({ type: 'array', items })
const text: JsonObject = { type: 'string' }
const count: JsonObject = { type: 'integer', minimum: 0 }

const MAPS: readonly ApiEndpoint[] = [
  {
    path: '/hipslist',
    methods: ['get'],
    id: 'hips-list',
    tag: 'HiPS',
    summary: 'The maps of this node that the caller can open (HiPS 1.0 §5.2)',
    answers: [ok('One record for each endpoint of a map.', ['text/plain'])],
    faults: { style: 'problem', codes: ['usage', ...READING] },
  },
  {
    path: '/hipslist/all',
    methods: ['get'],
    id: 'hips-list-all',
    tag: 'HiPS',
    summary: 'The maps of this node with their private endpoints',
    answers: [ok('One record for each endpoint of a map.', ['text/plain'])],
    faults: { style: 'problem', codes: ['usage', ...READING] },
  },
  {
    path: '/hips/{tier}/{map}/{file}',
    methods: ['get'],
    id: 'hips-file',
    tag: 'HiPS',
    summary: 'A file that describes a map: properties, Moc.fits, preview.jpg, HpxFinder (the images under its cells)',
    inPath: { tier, map, file: { description: 'Name of the file.', example: 'properties' } },
    answers: [
      ok('The file.', ['text/plain', 'application/fits', 'text/html', 'image/jpeg']),
      { status: 206, description: 'The part of it that Range asked for.', types: ['text/plain', 'application/fits'] },
      { status: 308, description: 'A map: its address ends with a slash.', headers: { Location: 'Its address.' } },
      ...FILE,
    ],
    faults: finding,
  },
  {
    path: '/hips/{tier}/{map}/Norder{order}/Dir{dir}/Npix{npix}.{format}',
    methods: ['get'],
    id: 'hips-tile',
    tag: 'HiPS',
    summary: 'A tile of a map',
    inPath: {
      tier,
      map,
      order: { description: 'HEALPix order.', example: '3', pattern: '^[0-9]{1,2}$' },
      dir: { description: 'npix rounded down to 10 000.', example: '0', pattern: '^[0-9]{1,18}$' },
      npix: { description: 'HEALPix index, nested.', example: '0', pattern: '^[0-9]{1,18}$' },
      format: {
        description: 'fits, png, jpg or webp, as properties say.',
        example: 'jpg',
        pattern: '^(fits|png|jpg|webp)$',
      },
    },
    answers: [
      ok('The tile.', ['application/fits', 'image/png', 'image/jpeg', 'image/webp']),
      { status: 206, description: 'The part of it that Range asked for.', types: ['application/fits', 'image/png'] },
      ...FILE,
    ],
    faults: finding,
  },
]

const SKY: readonly ApiEndpoint[] = [
  {
    path: '/collections',
    methods: ['get'],
    id: 'collections',
    tag: 'Explorer',
    summary: 'Collections and releases, with the number of images that the caller may see',
    answers: [
      ok('The collections.', JSON_TYPE, {
        schema: object({
          collections: list(object({ collection: text, release: text, products: count, bands: list(text) })),
        }),
      }),
    ],
    faults: reading,
  },
  {
    path: '/footprints',
    methods: ['get'],
    id: 'footprints',
    tag: 'Explorer',
    summary: 'Outlines of the images of a collection, page by page',
    params: [
      param('collection', string(), { required: true, description: 'Name of the collection.', examples: ['demo'] }),
      param('release', string(), { description: 'Only this release.' }),
      param('band', string(), { description: 'Only this band.' }),
      param('after', string(), { description: 'Only identifiers after this one: where the next page begins.' }),
      param('limit', integer({ min: 1, max: 10_000 }), { default: '2000', description: 'Images of a page.' }),
    ],
    answers: [
      ok('A page of outlines.', JSON_TYPE, {
        headers: { Link: 'The next page, where there is one.' },
        schema: object(
          {
            collection: text,
            products: list(
              object({
                publisherDid: text,
                productId: text,
                title: text,
                calibLevel: count,
                access: text,
                footprint: list(list({ type: 'number' })),
              }),
            ),
          },
          { next: text },
        ),
      }),
    ],
    faults: { style: 'problem', codes: ['usage', ...READING] },
  },
]

const NODE: readonly ApiEndpoint[] = [
  {
    path: '/healthz',
    methods: ['get'],
    id: 'health',
    tag: 'Node',
    summary: 'Whether this node is alive',
    answers: [ok('It is.', JSON_TYPE, { schema: object({ status: text }) })],
    faults: reading,
  },
  {
    path: '/.well-known/jwks.json',
    methods: ['get'],
    id: 'keys',
    tag: 'Node',
    summary: "The public keys of this node's tokens (RFC 7517)",
    answers: [ok('The keys.', JSON_TYPE, { schema: object({ keys: list({ type: 'object' }) }) })],
    faults: reading,
  },
  {
    path: '/openapi.json',
    methods: ['get'],
    id: 'openapi',
    tag: 'Node',
    summary: 'This description',
    answers: [ok('OpenAPI 3.1.', JSON_TYPE, { schema: object({ openapi: text }) }), NOT_CHANGED],
    faults: { style: 'problem', codes: ['usage', ...READING] },
  },
]

export const SKY_ENDPOINTS: readonly ApiEndpoint[] = [...MAPS, ...SKY, ...NODE]
