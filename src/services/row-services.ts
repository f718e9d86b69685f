// Tables with a column of publisher DIDs tell which services take one (DataLink 1.1 §4, SIA 2.0 §3.1.2):
// the links of a row, and its cutouts.

import { type Service, serviceDescriptor } from '#src/dali'
import { LINKS_MEDIA_TYPE, LINKS_STANDARD_ID } from '#src/datalink'
import { OBSCORE_COLUMNS } from '#src/obscore'
import type { Field } from '#src/votable'
import type { XmlElement } from '#src/xml'
import { datalink } from './datalink.ts'
import { CUTOUT_FORMATS, soda } from './soda.ts'

/** XML ID of the column, to which the descriptors refer. */
const DID_COLUMN = 'obs_publisher_did'
const DID_UTYPE = OBSCORE_COLUMNS.find(({ name }) => name === DID_COLUMN)?.utype

export const rowServices = (base: string): XmlElement[] => [
  serviceDescriptor(datalink as Service, {
    name: 'links',
    standardId: LINKS_STANDARD_ID,
    accessUrl: `${base}/datalink/links`,
    contentType: LINKS_MEDIA_TYPE,
    only: ['ID'],
    params: { ID: { ref: DID_COLUMN } },
  }),
  serviceDescriptor(soda as Service, {
    name: 'cutout-sync',
    accessUrl: `${base}/soda/sync`,
    contentType: CUTOUT_FORMATS[0].mediaType,
    params: { ID: { ref: DID_COLUMN } },
  }),
]

/** The first column that shows ObsCore's obs_publisher_did gets the XML ID; undefined where there is none. */
export function withDidColumn(fields: readonly Field[]): readonly Field[] | undefined {
  const at = fields.findIndex(({ utype }) => utype === DID_UTYPE)
  return at < 0 ? undefined : fields.map((field, i) => (i === at ? { ...field, id: DID_COLUMN } : field))
}
