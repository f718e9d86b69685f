// Records of the node itself: its naming authority, its organisation, and its publishing registry (VORegistry 1.1, Registry
// Interfaces 1.1 §3 and §4).

import { element } from '#src/xml'
import type { NodeFacts } from './facts.ts'
import type { Party, ResourceRecord } from './resource.ts'

const REGISTRY_STANDARD = 'ivo://ivoa.net/std/Registry'

/** IVOIDs of the node's own resources. Releases are `ivo://authority/name`: these have a second segment, so they never meet. */
export const nodeId = ({ authority }: Pick<NodeFacts, 'authority'>, name: string): string =>
  `ivo://${authority}/node/${name}`

const publisherOf = (facts: NodeFacts): Party => ({
  name: facts.organisation,
  id: nodeId(facts, 'organisation'),
})

/** What every record of the node has alike. */
export const common = (
  facts: NodeFacts,
): Pick<ResourceRecord, 'publisher' | 'creator' | 'contact' | 'referenceUrl'> => ({
  publisher: publisherOf(facts),
  creator: publisherOf(facts),
  contact: facts.contact,
  referenceUrl: `${facts.base}/`,
})

export function nodeRecords(facts: NodeFacts): ResourceRecord[] {
  const { authority, organisation, title, base, pageSize } = facts
  const authorityId = `ivo://${authority}`
  return [
    {
      ...common(facts),
      id: authorityId,
      type: 'vg:Authority',
      title: `Naming authority ${authority}`,
      subjects: ['virtual-observatories'],
      description: `Names of the data and services that ${organisation} publishes begin with ${authorityId}.`,
      contentType: 'Other',
      more: [element('managingOrg', { 'ivo-id': nodeId(facts, 'organisation') }, organisation)],
    },
    {
      ...common(facts),
      id: nodeId(facts, 'organisation'),
      type: 'vr:Organisation',
      title: organisation,
      subjects: ['astronomical-research'],
      description: `${organisation} publishes images and maps of the sky at ${base}/.`,
      contentType: 'Organisation',
    },
    {
      ...common(facts),
      id: nodeId(facts, 'registry'),
      type: 'vg:Registry',
      title: `Publishing registry of ${title}`,
      shortName: `${title} reg`,
      subjects: ['virtual-observatories'],
      description: `Records of the data and services of ${title}, to be harvested by OAI-PMH.`,
      contentType: 'Registry',
      capabilities: [
        element(
          'capability',
          { 'xsi:type': 'vg:Harvest', standardID: REGISTRY_STANDARD },
          element(
            'interface',
            { 'xsi:type': 'vg:OAIHTTP', role: 'std', version: '1.0' },
            element('accessURL', { use: 'base' }, `${base}/registry`),
          ),
          element('maxRecords', {}, pageSize),
        ),
      ],
      more: [element('full', {}, false), element('managedAuthority', {}, authority)],
    },
  ]
}
