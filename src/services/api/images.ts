// The endpoints that find images and give them: SIA, DataLink, SODA, CAOM-2.

import type { ApiEndpoint, Param } from '#src/dali'
import { LINKS_MEDIA_TYPE } from '#src/datalink'
import { datalink } from '../datalink.ts'
import { sia } from '../sia.ts'
import { CUTOUT_FORMATS, soda } from '../soda.ts'
import { TAP_FORMATS } from '../tap.ts'
import { ASKING, ok, READING, vosi } from './words.ts'

const mediaTypes = (formats: readonly { mediaType: string }[]) => [
  ...new Set(formats.map(({ mediaType }) => mediaType)),
]

const SIA: readonly ApiEndpoint[] = [
  {
    path: '/sia/query',
    methods: ['get', 'post'],
    id: 'sia-query',
    tag: 'SIA',
    summary: 'Find images by place, band, time and more (SIA 2.0)',
    description:
      'Values of one parameter are alternatives, parameters are conditions that all hold; what is not known fulfils none. With MAXREC=0 the answer describes the parameters and columns.',
    params: Object.values<Param>(sia.params),
    files: true,
    answers: [ok('Rows of ivoa.ObsCore. QUERY_STATUS says OVERFLOW where there are more.', mediaTypes(TAP_FORMATS))],
    faults: { style: 'votable', codes: ASKING },
  },
  ...vosi('sia', 'SIA'),
]

const DATALINK: readonly ApiEndpoint[] = [
  {
    path: '/datalink/links',
    methods: ['get', 'post'],
    id: 'datalink-links',
    tag: 'DataLink',
    summary: 'What belongs to a dataset: its files, previews and services (DataLink 1.1)',
    description: 'An ID that is not known, or not to be seen by the caller, gives a row with an error message.',
    params: Object.values<Param>(datalink.params),
    answers: [ok('The links, and the descriptors of the services among them.', [LINKS_MEDIA_TYPE])],
    faults: { style: 'votable', codes: ASKING },
  },
  ...vosi('datalink', 'DataLink'),
]

const PRECONDITIONS = [
  { status: 304, description: 'Not changed since the client has it.' },
  { status: 412, description: 'If-Match does not hold.' },
  { status: 416, description: 'The range lies outside.', types: ['text/plain'] },
]

const SODA: readonly ApiEndpoint[] = [
  {
    path: '/soda/sync',
    methods: ['get', 'post'],
    id: 'soda-sync',
    tag: 'SODA',
    summary: 'An image or a cutout of it (SODA 1.0)',
    params: Object.values<Param>(soda.params),
    answers: [
      ok('The image. Range requests are answered in parts.', mediaTypes(CUTOUT_FORMATS)),
      { status: 204, description: 'The region holds no pixel of the image.' },
      { status: 206, description: 'The part of it that Range asked for.', types: mediaTypes(CUTOUT_FORMATS) },
      ...PRECONDITIONS,
    ],
    faults: { style: 'soda', codes: ['not-found', ...ASKING] },
  },
  ...vosi('soda', 'SODA'),
]

const CAOM2: readonly ApiEndpoint[] = [
  {
    path: '/caom2/{collection}/{observationId}',
    methods: ['get'],
    id: 'caom2-observation',
    tag: 'CAOM-2',
    summary: 'An observation with all that is known of it (CAOM-2.4 XML)',
    inPath: {
      collection: { description: 'Collection, as obs_collection gives it.', example: 'demo' },
      observationId: { description: 'Observation, as obs_id gives it.', example: 'v-1000' },
    },
    answers: [ok('The observation.', ['text/xml', 'application/xml']), { status: 304, description: 'Not changed.' }],
    faults: { style: 'problem', codes: ['usage', 'not-found', ...READING] },
  },
]

export const IMAGE_ENDPOINTS: readonly ApiEndpoint[] = [...SIA, ...DATALINK, ...SODA, ...CAOM2]
