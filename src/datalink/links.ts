// The table of links (DataLink 1.1 §3.2, table 1): its columns in the standard's order, and one link as a row of them.

import type { Cell, Field } from '#src/votable'
import type { ProductType, Semantics } from './semantics.ts'

export const LINKS_STANDARD_ID = 'ivo://ivoa.net/std/DataLink#links-1.1'
/** Also what ObsCore's access_format says of an address that leads to links, to the letter. */
export const LINKS_MEDIA_TYPE = 'application/x-votable+xml;content=datalink'

/** Where a link leads, or why it cannot: exactly one of the three. */
type Target =
  | { readonly accessUrl: string }
  /** XML ID of the service descriptor in the same document. */
  | { readonly serviceDef: string }
  /** Begins with one of the standard's fault strings: see `linkFault`. */
  | { readonly errorMessage: string }

export type Link = Target & {
  /** As the client gave it. */
  readonly id: string
  readonly semantics: Semantics
  readonly description?: string
  readonly contentType?: string
  /** Bytes. */
  readonly contentLength?: number
  readonly contentQualifier?: ProductType
  /** The same word for the same kind of link of every product. */
  readonly localSemantics?: string
  /** Whether it asks who comes. */
  readonly linkAuth?: 'false' | 'optional' | 'true'
  /** Whether it will let this caller in. */
  readonly linkAuthorized?: boolean
}

const text = (name: string, ucd: string | undefined, description: string): Field => ({
  name,
  datatype: 'char',
  arraysize: '*',
  ucd,
  description,
})

interface LinkColumn {
  readonly field: Field
  cell(link: Link): Cell
}

const COLUMNS: readonly LinkColumn[] = [
  { field: text('ID', 'meta.id;meta.main', 'Identifier as it was asked for'), cell: ({ id }) => id },
  {
    field: text('access_url', 'meta.ref.url', 'Address of the data'),
    cell: (link) => ('accessUrl' in link ? link.accessUrl : null),
  },
  {
    field: text('service_def', 'meta.ref', 'ID of the service descriptor in this document'),
    cell: (link) => ('serviceDef' in link ? link.serviceDef : null),
  },
  {
    field: text('error_message', 'meta.code.error', 'Why there is no link'),
    cell: (link) => ('errorMessage' in link ? link.errorMessage : null),
  },
  { field: text('description', 'meta.note', 'What the link gives'), cell: ({ description }) => description ?? null },
  {
    field: text('semantics', 'meta.code', 'What the link is to the dataset (IVOA datalink vocabulary)'),
    cell: ({ semantics }) => semantics,
  },
  {
    field: text('content_type', 'meta.code.mime', 'Media type of what comes'),
    cell: ({ contentType }) => contentType ?? null,
  },
  {
    field: {
      name: 'content_length',
      datatype: 'long',
      unit: 'byte',
      ucd: 'phys.size;meta.file',
      description: 'Size of what comes',
    },
    cell: ({ contentLength }) => contentLength ?? null,
  },
  {
    field: text('content_qualifier', undefined, 'Kind of data product (IVOA product-type vocabulary)'),
    cell: ({ contentQualifier }) => contentQualifier ?? null,
  },
  {
    field: text('local_semantics', 'meta.id.assoc', 'The same word for the same kind of link of every dataset'),
    cell: ({ localSemantics }) => localSemantics ?? null,
  },
  {
    field: text('link_auth', 'meta.code', 'Whether the link needs authentication: false, optional or true'),
    cell: ({ linkAuth }) => linkAuth ?? null,
  },
  {
    field: {
      name: 'link_authorized',
      datatype: 'boolean',
      ucd: 'meta.code',
      description: 'Whether this caller may use the link',
    },
    cell: ({ linkAuthorized }) => linkAuthorized ?? null,
  },
]

export const LINK_FIELDS: readonly Field[] = COLUMNS.map(({ field }) => field)

/** Cells in the order of LINK_FIELDS. */
export const linkCells = (link: Link): Cell[] => COLUMNS.map(({ cell }) => cell(link))
