// DataLink 1.1 {links}: what the service accepts, and which links a product has. Links lead to /soda/sync, which gives the
// whole product, a preview or a cutout; its descriptor is written from SODA's own definition, with this product's ranges.

import {
  formatNumber,
  param,
  RUNID,
  responseFormatParam,
  type Service,
  service,
  serviceDescriptor,
  string,
} from '#src/dali'
import { LINKS_MEDIA_TYPE, LINKS_STANDARD_ID, type Link, linkFault } from '#src/datalink'
import { bounds, type LonLat, radToDeg } from '#src/sky'
import type { XmlElement } from '#src/xml'
import { MOC_MEDIA_TYPES, mocUrl } from './moc.ts'
import { CUTOUT_FORMATS, soda } from './soda.ts'

/** Identifiers that one request answers; the rest is told of as an overflow (DataLink 1.1 §2.1.1). */
export const MAX_LINK_IDS = 1000
/** Identifiers in one request: pyvo sends those of a whole table and asks again for what it got no answer to. */
const MOST_SENT_IDS = 40_000

const LINKS_FORMATS = [
  { mediaType: LINKS_MEDIA_TYPE, short: ['votable', 'application/x-votable+xml', 'text/xml'] },
  {
    mediaType: 'application/x-votable+xml;serialization=tabledata',
    short: ['application/x-votable+xml;content=datalink;serialization=tabledata'],
  },
] as const

export const datalink = service({
  standardId: LINKS_STANDARD_ID,
  maxPairs: MOST_SENT_IDS + 8,
  params: {
    ID: param('ID', string(), {
      ucd: 'meta.id;meta.main',
      repeats: true,
      description: `Publisher DID of a dataset, as obs_publisher_did gives it; ${MAX_LINK_IDS} of them are answered at a time. Without any, the table is empty.`,
    }),
    RESPONSEFORMAT: responseFormatParam(LINKS_FORMATS, 'VOTable, the only format.'),
    RUNID,
  },
  refused: {
    MAXREC: 'the links of a dataset are always given together; send fewer IDs',
    UPLOAD: 'nothing can be uploaded here; send many IDs by POST',
  },
})

/** What links need to know of a product. */
export interface LinkedProduct {
  readonly publisherDid: string
  /** Outline in ICRS, radians. */
  readonly footprint: readonly LonLat[]
  /** Only some may see it. */
  readonly restricted: boolean
  /** Bytes of the whole product as it is sent, where known. */
  readonly sizeBytes?: number
  readonly collection?: string
  /** Its pixels are not here but there: the one link. */
  readonly elsewhere?: { readonly url: string; readonly mediaType?: string }
}

export interface ProductLinks {
  readonly links: readonly Link[]
  readonly descriptors: readonly XmlElement[]
}

/**
 * The links of a product that the caller may see. `id` is the identifier as it was asked for, `nth` counts the datasets of
 * one answer from 0: the first one's descriptor has the plain name that clients look for.
 */
export function productLinks(id: string, product: LinkedProduct, base: string, nth = 0): ProductLinks {
  const { publisherDid, restricted, sizeBytes, collection, elsewhere } = product
  const linkAuth = restricted ? 'true' : 'optional'
  const common = { id, linkAuthorized: true, linkAuth } as const
  if (elsewhere) {
    const { url, mediaType } = elsewhere
    const link: Link = {
      id,
      semantics: '#this',
      accessUrl: url,
      description: 'The dataset, kept by another archive',
      contentType: mediaType,
      contentQualifier: '#image',
      localSemantics: 'elsewhere',
    }
    return { links: [link], descriptors: [] }
  }
  const sync = `${base}/soda/sync`
  const whole = `${sync}?ID=${encodeURIComponent(publisherDid)}`
  const serviceDef = nth === 0 ? 'cutout-sync' : `cutout-sync-${nth + 1}`
  const links: Link[] = [
    {
      ...common,
      semantics: '#this',
      accessUrl: whole,
      description: 'The image with all its planes, as FITS',
      contentType: CUTOUT_FORMATS[0].mediaType,
      contentLength: sizeBytes,
      contentQualifier: '#image',
      localSemantics: 'image',
    },
    {
      ...common,
      semantics: '#preview',
      accessUrl: `${whole}&RESPONSEFORMAT=image%2Fpng`,
      description: 'A picture of the image',
      contentType: 'image/png',
      localSemantics: 'preview',
    },
    {
      ...common,
      semantics: '#cutout',
      serviceDef,
      description: 'Cutouts of the image, pixels unchanged (SODA)',
      contentType: CUTOUT_FORMATS[0].mediaType,
      contentQualifier: '#image',
      localSemantics: 'cutout',
    },
  ]
  // The core vocabulary has no word for coverage, and the map is one of the collection, not of this image: #auxiliary is what
  // says no more than that. What kind it is, the same word says for every image.
  if (collection !== undefined)
    links.push({
      ...common,
      semantics: '#auxiliary',
      accessUrl: mocUrl(base, { kind: 'collection', name: collection }),
      description: `Where on the sky the images of ${collection} are (MOC)`,
      contentType: MOC_MEDIA_TYPES.fits,
      localSemantics: 'collection-coverage',
      linkAuth: 'optional',
    })
  return { links, descriptors: [cutoutDescriptor(serviceDef, sync, product)] }
}

/** SODA 1.0 §4.3: a circle around the dataset and its outline are the MAX of CIRCLE and POLYGON. */
function cutoutDescriptor(id: string, accessUrl: string, { publisherDid, footprint }: LinkedProduct): XmlElement {
  const { lonRad, latRad, radiusRad } = bounds({ kind: 'polygon', vertices: footprint })
  const outline = footprint.flatMap((corner) => [corner.lonRad, corner.latRad])
  return serviceDescriptor(soda as Service, {
    id,
    name: id,
    accessUrl,
    description: `Cutouts of ${publisherDid}`,
    contentType: CUTOUT_FORMATS[0].mediaType,
    params: {
      ID: { value: publisherDid },
      CIRCLE: { max: degrees([lonRad, latRad, radiusRad]) },
      POLYGON: { max: degrees(outline) },
    },
  })
}

/** Ten decimals, as s_region has. */
const degrees = (radians: readonly number[]) =>
  radians.map((rad) => formatNumber(Number(radToDeg(rad).toFixed(10)))).join(' ')

/** One row that says there is nothing under this identifier, or nothing for this caller: both in the same words. */
export const noSuchProduct = (id: string): Link => ({
  id,
  semantics: '#this',
  errorMessage: linkFault('NotFoundFault', `no dataset of this service is called ${id}`),
})

/** The service describes itself in every answer (DataLink 1.1 §4.6). */
export const linksDescriptor = (base: string): XmlElement =>
  serviceDescriptor(datalink as Service, {
    name: 'links',
    utype: 'adhoc:this',
    accessUrl: `${base}/datalink/links`,
    contentType: LINKS_MEDIA_TYPE,
    only: ['ID', 'RESPONSEFORMAT'],
  })
