// All endpoints of a node as OpenAPI 3.1, from the definitions that parse its requests.

import { type ApiEndpoint, type JsonObject, openApi } from '#src/dali'
import { IMAGE_ENDPOINTS } from './api/images.ts'
import { PUBLICATION_ENDPOINTS } from './api/publication.ts'
import { QUERY_ENDPOINTS } from './api/query.ts'
import { SKY_ENDPOINTS } from './api/sky.ts'

export const ENDPOINTS: readonly ApiEndpoint[] = [
  ...IMAGE_ENDPOINTS,
  ...QUERY_ENDPOINTS,
  ...SKY_ENDPOINTS,
  ...PUBLICATION_ENDPOINTS,
]

const DESCRIPTION = `Images of the sky and what is known of them, by the standards of the IVOA.

Names of DALI parameters (upper case here) match whatever their case; values do not. A parameter is applied or refused,
never dropped in silence. Angles are degrees, ICRS. Public data need no sign-in; otherwise send a token as Bearer, or as the
password of Basic.`

export const apiDescription = (server: string, version: string): JsonObject =>
  openApi(
    {
      title: 'Skyedge',
      version,
      description: DESCRIPTION,
      server,
      tags: [
        { name: 'SIA', description: 'Find images by a few parameters.' },
        { name: 'TAP', description: 'Query all tables in ADQL.' },
        { name: 'TAP jobs', description: 'Queries that take longer: make a job, wait, fetch the result.' },
        { name: 'DataLink', description: 'From an image to its files and services.' },
        { name: 'SODA', description: 'Fetch images, cutouts and previews.' },
        { name: 'CAOM-2', description: 'Everything known of one observation.' },
        { name: 'HiPS', description: 'Maps of the sky in tiles.' },
        { name: 'MOC', description: 'Where on the sky there is something.' },
        { name: 'Registry', description: 'The node in the Virtual Observatory.' },
        { name: 'Explorer', description: 'What the sky explorer asks.' },
        { name: 'Node', description: 'The node itself.' },
      ],
    },
    ENDPOINTS,
  )
