// An observation as XML of CAOM-2.4.xsd (http://www.opencadc.org/caom2/xml/v2.4): elements in the order of the schema,
// attributes in its namespace. Dates as the schema's comments ask: yyyy-MM-dd'T'HH:mm:ss.SSS, UTC.

import { radToDeg } from '#src/sky'
import { element, type XmlElement, xmlDocument } from '#src/xml'
import type { Artifact, Observation, Part, Plane, Position } from './types.ts'
import { observationUri, planeUri } from './types.ts'
import { uuidOf } from './uuid.ts'

export const CAOM2_NAMESPACE = 'http://www.opencadc.org/caom2/xml/v2.4'
/** What such a document is on the wire. */
export const CAOM2_MEDIA_TYPE = 'text/xml'

type Child = XmlElement | string | number | undefined | readonly Child[]
const c = (name: string, ...children: Child[]) => element(`caom2:${name}`, {}, ...children)
/** Left out where there is no value. */
const maybe = (name: string, value: string | number | undefined) => (value === undefined ? undefined : c(name, value))
const date = (name: string, ms: number | undefined) => (ms === undefined ? undefined : c(name, isoMs(ms)))
const isoMs = (ms: number) => new Date(ms).toISOString().slice(0, -1)
/** Left out where it would be empty. */
function some(name: string, ...children: Child[]): XmlElement | undefined {
  return children.flat(3).some((child) => child !== undefined) ? c(name, ...children) : undefined
}
const list = <T>(name: string, items: readonly T[], child: (item: T) => Child) => c(name, items.map(child))
const entity = (uri: string, lastModifiedMs?: number) => ({
  'caom2:id': uuidOf(uri),
  ...(lastModifiedMs !== undefined && { 'caom2:lastModified': isoMs(lastModifiedMs) }),
})

export function observationXml(observation: Observation): string {
  const { kind, environment, targetPosition, members } = observation
  const root = element(
    'caom2:Observation',
    {
      'xmlns:caom2': CAOM2_NAMESPACE,
      'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      'xsi:type': kind === 'derived' ? 'caom2:DerivedObservation' : 'caom2:SimpleObservation',
      ...entity(observationUri(observation), observation.lastModifiedMs),
    },
    c('collection', observation.collection),
    c('observationID', observation.observationId),
    date('metaRelease', observation.metaReleaseMs),
    maybe('sequenceNumber', observation.sequenceNumber),
    c('algorithm', c('name', observation.algorithm)),
    maybe('type', observation.type),
    maybe('intent', observation.intent),
    some('proposal', maybe('id', observation.proposalId)),
    observation.targetName === undefined
      ? undefined
      : c('target', c('name', observation.targetName), c('type', 'field')),
    targetPosition &&
      c(
        'targetPosition',
        c('coordsys', 'ICRS'),
        c('coordinates', c('cval1', targetPosition.raDeg), c('cval2', targetPosition.decDeg)),
      ),
    some('telescope', maybe('name', observation.telescope)),
    some('instrument', maybe('name', observation.instrument)),
    environment &&
      some(
        'environment',
        maybe('seeing', environment.seeingArcsec),
        maybe('humidity', environment.humidity),
        maybe('ambientTemp', environment.ambientTempC),
      ),
    list('planes', observation.planes, (plane) => planeElement(observation, plane)),
    kind === 'derived' ? list('members', members ?? [], (uri) => c('observationURI', uri)) : undefined,
  )
  return xmlDocument(root)
}

function planeElement(observation: Observation, plane: Plane): XmlElement {
  const { provenance, energy, time, polarization } = plane
  const uri = planeUri(observation, plane.productId)
  return element(
    'caom2:plane',
    entity(uri, plane.lastModifiedMs),
    c('productID', plane.productId),
    maybe('creatorID', plane.creatorId),
    date('metaRelease', plane.dataReleaseMs),
    date('dataRelease', plane.dataReleaseMs),
    c('dataProductType', plane.dataProductType),
    c('calibrationLevel', plane.calibrationLevel),
    provenance &&
      c(
        'provenance',
        c('name', provenance.name),
        maybe('project', provenance.project),
        maybe('producer', provenance.producer),
        maybe('reference', provenance.reference),
        some(
          'inputs',
          (provenance.inputs ?? []).map((input) => c('planeURI', input)),
        ),
      ),
    some('observable', maybe('ucd', plane.observableUcd)),
    some('metrics', maybe('magLimit', plane.magLimit)),
    positionElement(plane.position),
    energy &&
      c(
        'energy',
        interval(energy.lowerM, energy.upperM),
        c('dimension', 1),
        maybe('resolvingPower', energy.resolvingPower),
        maybe('bandpassName', energy.bandpassName),
      ),
    time &&
      c(
        'time',
        interval(time.lowerMjd, time.upperMjd),
        c('dimension', 1),
        maybe('resolution', time.resolutionS),
        maybe('exposure', time.exposureS),
      ),
    polarization &&
      c(
        'polarization',
        list('states', polarization, (state) => c('state', state)),
        c('dimension', polarization.length),
      ),
    list('artifacts', plane.artifacts, (artifact) => artifactElement(uri, artifact)),
  )
}

const interval = (lower: number, upper: number) => {
  const limits = () => [c('lower', lower), c('upper', upper)]
  return c('bounds', limits(), c('samples', c('sample', limits())))
}

/** Kinds of vertices in `samples`: 1 goes on with a line, 2 begins, 0 closes. */
const [CLOSE, LINE, MOVE] = [0, 1, 2]

function positionElement({ bounds, dimension, resolutionArcsec, sampleSizeArcsec }: Position): XmlElement {
  const points = bounds.map(({ lonRad, latRad }) => [c('cval1', radToDeg(lonRad)), c('cval2', radToDeg(latRad))])
  const vertices = [
    ...points.map((point, i) => c('vertex', point, c('type', i === 0 ? MOVE : LINE))),
    c('vertex', c('cval1', 0), c('cval2', 0), c('type', CLOSE)),
  ]
  return c(
    'position',
    element(
      'caom2:bounds',
      { 'xsi:type': 'caom2:Polygon' },
      list('points', points, (point) => c('point', point)),
      c('samples', c('vertices', vertices)),
    ),
    c('dimension', c('naxis1', dimension[0]), c('naxis2', dimension[1])),
    maybe('resolution', resolutionArcsec),
    maybe('sampleSize', sampleSizeArcsec),
    c('timeDependent', 'false'),
  )
}

function artifactElement(plane: string, artifact: Artifact): XmlElement {
  const uri = `${plane} ${artifact.uri}`
  return element(
    'caom2:artifact',
    entity(uri, artifact.lastModifiedMs),
    c('uri', artifact.uri),
    c('productType', artifact.productType),
    c('releaseType', 'data'),
    c('contentType', 'application/fits'),
    c('contentLength', artifact.contentLength),
    list('parts', artifact.parts, (part) => partElement(uri, part)),
  )
}

function partElement(artifact: string, { name, productType }: Part): XmlElement {
  const uri = `${artifact} ${name}`
  const chunk = element(
    'caom2:chunk',
    entity(`${uri} chunk`),
    c('productType', productType),
    c('naxis', 2),
    c('positionAxis1', 1),
    c('positionAxis2', 2),
  )
  return element('caom2:part', entity(uri), c('name', name), c('productType', productType), c('chunks', chunk))
}
