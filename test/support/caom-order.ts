// Checks of a CAOM 2.4 document: which elements may stand where and in which order, and the values with a form of their
// own. Written from the model's description, for what an archive of images says.

import { SaxesParser } from 'saxes'

/** Children in their order; `!` must be there. */
const ORDER: Readonly<Record<string, string>> = {
  Observation: `collection! observationID! metaRelease metaReadGroups sequenceNumber algorithm! type intent proposal target
    targetPosition requirements telescope instrument environment planes members`,
  algorithm: 'name!',
  proposal: 'id! pi project title keywords',
  target: 'name! targetID type standard redshift moving keywords',
  targetPosition: 'coordsys! equinox coordinates!',
  telescope: 'name! geoLocationX geoLocationY geoLocationZ keywords',
  instrument: 'name! keywords',
  environment: 'seeing humidity elevation tau wavelengthTau ambientTemp photometric',
  planes: 'plane',
  plane: `productID! creatorID metaRelease metaReadGroups dataRelease dataReadGroups dataProductType calibrationLevel
    provenance observable metrics quality position energy time polarization custom artifacts`,
  provenance: 'name! version project producer runID reference lastExecuted keywords inputs',
  position: 'bounds dimension resolution resolutionBounds sampleSize timeDependent',
  energy: `bounds dimension resolvingPower resolvingPowerBounds sampleSize bandpassName energyBands restwav transition`,
  time: 'bounds dimension resolution resolutionBounds sampleSize exposure',
  polarization: 'states dimension',
  artifact: `uri! productType! releaseType! contentRelease contentReadGroups contentType contentLength contentChecksum
    parts`,
  part: 'name! productType chunks',
  chunk: `productType naxis observableAxis positionAxis1 positionAxis2 energyAxis timeAxis polarizationAxis customAxis
    observable position energy time polarization custom`,
}

const VALUES: Readonly<Record<string, RegExp>> = {
  observationURI: /^caom:[^ /\\%]+\/[^ /\\%]+$/,
  planeURI: /^caom:[^ /\\%]+\/[^ /\\%]+\/[^ /\\%]+$/,
  metaRelease: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/,
  dataRelease: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/,
  intent: /^(science|calibration)$/,
  calibrationLevel: /^(-1|[0-4])$/,
  releaseType: /^(data|meta)$/,
  state: /^(I|Q|U|V|RR|LL|RL|LR|XX|YY|XY|YX|POLI|[FECN]POLI)$/,
}
const ENTITIES = ['Observation', 'plane', 'artifact', 'part', 'chunk']
const UUID = /^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$/

interface Open {
  readonly name: string
  readonly children: string[]
  text: string
}

export function faultsOf(document: string): string[] {
  const faults: string[] = []
  const ids = new Set<string>()
  const open: Open[] = []
  const parser = new SaxesParser()
  parser.on('opentag', ({ name: prefixed, attributes }) => {
    const name = prefixed.replace('caom2:', '')
    if (name === prefixed) faults.push(`${prefixed} is not in the namespace`)
    open.at(-1)?.children.push(name)
    open.push({ name, children: [], text: '' })
    if (!ENTITIES.includes(name)) return
    const id = String((attributes as Record<string, string>)['caom2:id'])
    if (!UUID.test(id) || ids.has(id)) faults.push(`${name} has the id ${id}`)
    ids.add(id)
  })
  parser.on('text', (text) => {
    const last = open.at(-1)
    if (last) last.text += text
  })
  parser.on('closetag', () => {
    const { name, children, text } = open.pop() as Open
    if (VALUES[name] && !VALUES[name].test(text)) faults.push(`${name} is ${text}`)
    const order = ORDER[name]?.split(/\s+/)
    if (!order) return
    const places = children.map((child) => order.findIndex((known) => known.replace('!', '') === child))
    if (places.some((place, i) => place < 0 || (i > 0 && place < places[i - 1])))
      faults.push(`${name} has ${children.join(' ')}`)
    for (const known of order)
      if (known.endsWith('!') && !children.includes(known.slice(0, -1))) faults.push(`${name} lacks ${known}`)
  })
  parser.write(document).close()
  return faults
}
