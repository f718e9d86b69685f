// DataLink service descriptors (DataLink 1.1 §4): how to call a service, written from its own definition, as a VOTable RESOURCE
// that stands beside a table. Per dataset: fixed values, columns that values come from, ranges and options.

import { element, type XmlElement } from '#src/xml'
import { type Param, rangeOf, type Service } from '../param.ts'

export interface ParamClothes {
  /** A fixed value: clients send it as it is. */
  readonly value?: string
  /** XML ID of the FIELD whose values are sent. */
  readonly ref?: string
  /** What makes sense for this dataset, in the literal's spelling; instead of the service's own range. */
  readonly min?: string
  readonly max?: string
  readonly options?: readonly string[]
}

export interface DescriptorOptions {
  readonly accessUrl: string
  /** XML ID, where `service_def` of a links table refers to it. */
  readonly id?: string
  /** `cutout-sync`: what clients look for. */
  readonly name?: string
  readonly description?: string
  readonly contentType?: string
  /** An address that works, with a word on what comes. */
  readonly example?: { readonly url: string; readonly description: string }
  /** Default `adhoc:service`; `adhoc:this` for a service that describes itself. */
  readonly utype?: 'adhoc:service' | 'adhoc:this'
  /** Absent: the service's own; undefined for a service of no standard. */
  readonly standardId?: string
  /** Parameters that are told of, by name, in this order; default all that are not passive. */
  readonly only?: readonly string[]
  readonly params?: Readonly<Record<string, ParamClothes>>
}

export function serviceDescriptor(service: Service, options: DescriptorOptions): XmlElement {
  const { id, name, description, accessUrl, contentType, example, utype = 'adhoc:service', params = {} } = options
  const standardId = 'standardId' in options ? options.standardId : service.standardId
  const told = options.only ?? Object.keys(service.params).filter((key) => !service.params[key].passive)
  return element(
    'RESOURCE',
    { type: 'meta', utype, ID: id, name },
    description ? element('DESCRIPTION', {}, description) : undefined,
    standardId ? fact('standardID', standardId) : undefined,
    fact('accessURL', accessUrl, 'meta.ref.url'),
    contentType ? fact('contentType', contentType) : undefined,
    example
      ? element(
          'PARAM',
          { name: 'exampleURL', datatype: 'char', arraysize: '*', value: example.url },
          element('DESCRIPTION', {}, example.description),
        )
      : undefined,
    element(
      'GROUP',
      { name: 'inputParams' },
      told.map((key) => inputParam(service.params[key], params[key])),
    ),
  )
}

const fact = (name: string, value: string, ucd?: string) =>
  element('PARAM', { name, datatype: 'char', arraysize: '*', ucd, value })

/** One input as a PARAM. `value=""` means that the client chooses (DataLink 1.1 §4.3). */
export function inputParam(param: Param, { value = '', ref, ...own }: ParamClothes = {}): XmlElement {
  const { name, literal, unit, ucd, description } = param
  const general = rangeOf(param)
  const { min, max, options = [] } = { ...general, ...defined(own) }
  const values = min !== undefined || max !== undefined || options.length > 0
  return element(
    'PARAM',
    {
      name,
      datatype: literal.datatype,
      arraysize: literal.arraysize,
      xtype: literal.xtype,
      unit,
      ucd,
      ref,
      value,
    },
    element('DESCRIPTION', {}, description),
    values
      ? element(
          'VALUES',
          {},
          min === undefined ? undefined : element('MIN', { value: min }),
          max === undefined ? undefined : element('MAX', { value: max }),
          options.map((option) => element('OPTION', { value: option })),
        )
      : undefined,
  )
}

const defined = (clothes: Omit<ParamClothes, 'value' | 'ref'>) =>
  Object.fromEntries(Object.entries(clothes).filter(([, value]) => value !== undefined))
