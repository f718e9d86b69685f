// The page of reference of all services with DALI parameters: docs/services.md is this text.

import { referencePage, type Service } from '#src/dali'
import { datalink } from './datalink.ts'
import { sia } from './sia.ts'
import { soda } from './soda.ts'
import { tap } from './tap.ts'

const HEAD = `# Services and their parameters

Written from the definitions that parse the requests; \`node scripts/services-doc.ts\` writes it anew. Every node shows the same
at \`/docs\`, where each operation can be tried, and as OpenAPI 3.1 at \`/openapi.json\`.

Names of parameters match whatever their case, values do not. What is not listed is refused (TAP, whose standard wants it
otherwise, tells of it in the answer). Angles are degrees, ICRS.
`

export function servicesDoc(): string {
  const pages = [
    referencePage(sia as Service, {
      title: 'SIA: find images',
      path: '/sia/query',
      summary: 'Values of one parameter are alternatives, parameters are conditions that all hold.',
    }),
    referencePage(tap as Service, {
      title: 'TAP: query tables',
      path: '/tap/sync',
      summary: 'The same parameters make a job at `/tap/async`.',
    }),
    referencePage(datalink as Service, {
      title: 'DataLink: from a dataset to its files and services',
      path: '/datalink/links',
      summary: 'Every ObsCore `access_url` leads here.',
    }),
    referencePage(soda as Service, {
      title: 'SODA: images and cutouts',
      path: '/soda/sync',
      summary: 'Without a region the whole image comes.',
    }),
  ]
  return [HEAD, ...pages].join('\n')
}
