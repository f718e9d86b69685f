// Records of the services. Their capabilities are those that VOSI tells, from the same definitions; HiPS 1.0 §5.3.1 wants
// the list of the node's maps registered as a service of its own.

import { type Capability, capabilityElement, tableSchemas } from '#src/vosi'
import { element } from '#src/xml'
import { coverageElement } from './coverage.ts'
import type { NodeFacts } from './facts.ts'
import { common, nodeId } from './node.ts'
import type { Related, ResourceRecord } from './resource.ts'

export const HIPSLIST_STANDARD = 'ivo://ivoa.net/std/hips#hipslist-1.0'
const SUBJECTS = ['sky-surveys', 'astronomy-databases']

type ServiceName = keyof NodeFacts['services']

interface Words {
  readonly title: string
  readonly shortName: string
  readonly description: string
}

const WORDS: Readonly<Record<ServiceName, Words>> = {
  tap: {
    title: 'tables by ADQL (TAP)',
    shortName: 'TAP',
    description:
      'Queries in ADQL over the metadata of all images (ivoa.ObsCore), observations (CAOM-2), visits, conditions and releases, in place or as jobs.',
  },
  sia: {
    title: 'image search (SIA)',
    shortName: 'SIA2',
    description: 'Images by position, wavelength, time and other parameters (Simple Image Access 2.0).',
  },
  soda: {
    title: 'cutouts (SODA)',
    shortName: 'SODA',
    description: 'Whole images, cutouts with their pixels unchanged, and previews (SODA 1.0).',
  },
  datalink: {
    title: 'links of images (DataLink)',
    shortName: 'DataLink',
    description: 'From the identifier of an image to its file, preview, cutouts and coverage (DataLink 1.1).',
  },
}

/** The services that find data: the collections are served by them. */
export const finders = (facts: NodeFacts): Related[] =>
  (['tap', 'sia'] as const).map((name) => ({ id: nodeId(facts, name), title: `${facts.title}: ${WORDS[name].title}` }))

export const hipsNode = (facts: NodeFacts): Related => ({
  id: nodeId(facts, 'hips'),
  title: `${facts.title}: maps (HiPS)`,
})

export function serviceRecords(facts: NodeFacts, data: readonly Related[], maps: readonly Related[]): ResourceRecord[] {
  const { base, title, services, tables, coverage } = facts
  const records = (Object.keys(WORDS) as ServiceName[]).map((name): ResourceRecord => {
    const words = WORDS[name]
    const finding = name === 'tap' || name === 'sia'
    return {
      ...common(facts),
      id: nodeId(facts, name),
      type: finding ? 'vs:CatalogService' : 'vs:DataService',
      title: `${title}: ${words.title}`,
      shortName: `${title} ${words.shortName}`.length <= 16 ? `${title} ${words.shortName}` : words.shortName,
      subjects: SUBJECTS,
      description: words.description,
      referenceUrl: `${base}/docs`,
      contentType: 'Archive',
      relations: finding ? [{ type: 'IsServiceFor', to: data }] : [],
      rights: openRights(facts),
      capabilities: services[name].map(capabilityElement),
      more: [coverageElement(coverage), name === 'tap' ? element('tableset', {}, tableSchemas(tables)) : undefined],
    }
  })
  const list: Capability = { standardId: HIPSLIST_STANDARD, accessUrl: `${base}/hipslist`, use: 'full', std: true }
  records.push({
    ...common(facts),
    id: hipsNode(facts).id,
    type: 'vs:DataService',
    title: hipsNode(facts).title,
    shortName: 'HiPS node',
    subjects: ['sky-surveys'],
    description: `Maps of the sky in tiles (HiPS): ${maps.length} of them, each with a public tier of its upper orders and, for those with data rights, every order.`,
    contentType: 'Archive',
    relations: [{ type: 'IsServiceFor', to: maps }],
    rights: openRights(facts),
    capabilities: [capabilityElement(list)],
    more: [coverageElement(coverage)],
  })
  return records
}

export const openRights = ({ licenceUrl }: NodeFacts): NonNullable<ResourceRecord['rights']> => [
  { text: 'What is public needs no sign-in; other data need data rights for their release.', url: licenceUrl },
]
