// What `HpxFinder` tells of the images under a map's cells: a line of JSON each, in the keys that Hipsgen writes and
// Aladin reads (name, path, ra, dec, cellmem, stc), with the addresses of our DataLink and of cutouts beside them.
// metadata.xml is the template by which Aladin makes a table of such lines. Angles: radians in, degrees out.

import { type LonLat, radToDeg } from '#src/sky'
import { element, type XmlElement, xmlDocument } from '#src/xml'
import type { Properties } from './properties.ts'

export interface Progenitor {
  readonly name: string
  /** Publisher DID. */
  readonly id: string
  /** The whole image, by which Aladin tells images apart. */
  readonly path: string
  /** DataLink. */
  readonly access: string
  /** What of it lies under the cell. */
  readonly cutout: string
  readonly raDeg: number
  readonly decDeg: number
  /** Bytes of its pixels in memory. */
  readonly memoryBytes: number
  /** ICRS, radians. */
  readonly footprint: readonly LonLat[]
}

const degrees = (rad: number) => String(Number(radToDeg(rad).toFixed(9)))

export function progenitorLine(image: Progenitor): string {
  const outline = image.footprint.map(({ lonRad, latRad }) => `${degrees(lonRad)} ${degrees(latRad)}`)
  const values = {
    name: image.name,
    path: image.path,
    ra: String(image.raDeg),
    dec: String(image.decDeg),
    cellmem: String(image.memoryBytes),
    // The word that Aladin looks for; J2000 is ICRS to 0.02 arcsec.
    stc: `POLYGON J2000 ${outline.join(' ')}`,
    id: image.id,
    access: image.access,
    cutout: image.cutout,
  }
  const pairs = Object.entries(values).map(([key, value]) => `"${key}": ${JSON.stringify(value)}`)
  return `{ ${pairs.join(', ')} }\n`
}

/** `map`: the properties of the map's endpoint that the progenitors are of. */
export function progenitorProperties(map: Properties, orders: { readonly order: number; readonly orderMin: number }) {
  const suffixed = (key: string, suffix: string) => {
    const value = map.get(key)
    return [key, value && `${value}${suffix}`] as const
  }
  return [
    suffixed('creator_did', '/meta'),
    suffixed('obs_title', '-meta'),
    ['dataproduct_type', 'meta'] as const,
    suffixed('hips_frame', ''),
    ['hips_order', orders.order] as const,
    ['hips_order_min', orders.orderMin] as const,
    suffixed('hips_tile_width', ''),
    suffixed('hips_status', ''),
    suffixed('hips_release_date', ''),
    suffixed('hips_version', ''),
    suffixed('hips_builder', ''),
  ]
}

interface Column {
  readonly name: string
  readonly ucd?: string
  readonly utype?: string
  readonly unit?: string
  readonly description: string
  readonly link?: { readonly type: string; readonly href: string; readonly title?: string }
  /** Of the JSON line. */
  readonly key: string
}

/** `links` and `soda`: the addresses of our services, without a query. */
export function progenitorMetadata(title: string, { links, soda }: { links: string; soda: string }): string {
  const columns: readonly Column[] = [
    { name: 'RAJ2000', ucd: 'pos.eq.ra', unit: 'deg', description: 'Right ascension', key: 'ra' },
    { name: 'DEJ2000', ucd: 'pos.eq.dec', unit: 'deg', description: 'Declination', key: 'dec' },
    {
      name: 'id',
      ucd: 'meta.id;meta.dataset',
      description: 'Publisher DID; leads to the files and services of the image (DataLink)',
      link: { type: 'application/x-votable+xml;content=datalink', href: `${links}?ID=\${id}` },
      key: 'id',
    },
    {
      name: 'access',
      description: 'The whole image, with all its planes',
      link: { type: 'image/fits', href: `${soda}?ID=\${id}`, title: 'image' },
      key: 'name',
    },
    {
      name: 'cutout',
      description: 'What of the image lies under the cell (SODA)',
      link: { type: 'image/fits', href: `\${cutout}`, title: 'cutout' },
      key: 'cutout',
    },
    {
      name: 'FoV',
      utype: 'stc:ObservationLocation.AstroCoordArea.Region',
      description: 'Outline on the sky (STC)',
      key: 'stc',
    },
  ]
  const cells = columns.map(({ key }) => element('TD', {}, `$[${key}]`))
  return xmlDocument(
    element(
      'VOTABLE',
      { version: '1.3', xmlns: 'http://www.ivoa.net/xml/VOTable/v1.3' },
      element(
        'RESOURCE',
        {},
        element('COOSYS', { ID: 'J2000', system: 'eq_FK5', equinox: 'J2000' }),
        element(
          'TABLE',
          { name: `${title} progenitors` },
          ...columns.map(fieldOf),
          element('DATA', {}, element('TABLEDATA', {}, element('TR', {}, ...cells))),
        ),
      ),
    ),
  )
}

function fieldOf({ name, ucd, utype, unit, description, link }: Column): XmlElement {
  const type = unit ? { datatype: 'double', ref: 'J2000', precision: '5' } : { datatype: 'char', arraysize: '*' }
  return element(
    'FIELD',
    { name, ucd, utype, unit, ...type },
    element('DESCRIPTION', {}, description),
    link && element('LINK', { 'content-type': link.type, href: link.href, title: link.title }),
  )
}
