// A service's parameters as VODataService `param` elements (VODataService 1.2 §3.3.2): what a capability declares.

import { element, type XmlElement } from '#src/xml'
import type { Param, Service } from '../param.ts'

const DATATYPES = { char: 'string', double: 'real', int: 'integer', boolean: 'boolean' } as const

export const capabilityParams = (service: Service): XmlElement[] => Object.values(service.params).map(paramElement)

function paramElement({ name, description, unit, ucd, literal, required }: Param): XmlElement {
  const isText = literal.datatype === 'char'
  return element(
    'param',
    { use: required ? 'required' : 'optional', std: true },
    element('name', {}, name),
    element('description', {}, description),
    unit ? element('unit', {}, unit) : undefined,
    ucd ? element('ucd', {}, ucd) : undefined,
    // A VODataService "string" is whole by itself: only numbers have an arraysize.
    element('dataType', { arraysize: isText ? undefined : literal.arraysize }, DATATYPES[literal.datatype]),
  )
}
