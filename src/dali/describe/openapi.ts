// OpenAPI 3.1 from the definitions of services: an endpoint names a path, its parameters (those that parse the request) and
// its answers; errors come from the one table of faults. Requests by GET carry a query string, by POST a form.

import { FAULTS, type FaultCode } from '../fault.ts'
import type { FaultStyle } from '../fault-document.ts'
import { type Param, rangeOf } from '../param.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }
export type JsonObject = { readonly [key: string]: Json | undefined }

export type ApiMethod = 'get' | 'post' | 'delete'

export interface ApiAnswer {
  readonly status: number
  readonly description: string
  /** Media types; none: no body. */
  readonly types?: readonly string[]
  /** Of a JSON body. */
  readonly schema?: JsonObject
  /** Name -> description. */
  readonly headers?: Readonly<Record<string, string>>
}

export interface ApiEndpoint {
  /** `/tap/async/{jobId}` */
  readonly path: string
  readonly methods: readonly ApiMethod[]
  /** Unique; with several methods each gets its own by its method. */
  readonly id: string
  readonly tag: string
  readonly summary: string
  readonly description?: string
  /** Every `{name}` of the path. */
  readonly inPath?: Readonly<Record<string, ApiPathPart>>
  /** In the query by GET and DELETE, in the form by POST. */
  readonly params?: readonly Param[]
  /** A form may hold files (multipart/form-data). */
  readonly files?: boolean
  /** A form must be sent; default: where a parameter is required. */
  readonly answers: readonly ApiAnswer[]
  readonly faults?: { readonly style: FaultStyle | 'problem'; readonly codes: readonly FaultCode[] }
}

export interface ApiPathPart {
  readonly description: string
  readonly example: string
  readonly pattern?: string
}

export interface ApiInfo {
  readonly title: string
  readonly version: string
  readonly description: string
  /** The address of the node. */
  readonly server: string
  readonly tags: readonly { readonly name: string; readonly description: string }[]
}

const FAULT_TYPES: Readonly<Record<FaultStyle | 'problem', readonly string[]>> = {
  soda: ['text/plain'],
  text: ['text/plain'],
  votable: ['application/x-votable+xml', 'text/plain'],
  problem: ['application/problem+json'],
}

export function openApi(
  { title, version, description, server, tags }: ApiInfo,
  endpoints: readonly ApiEndpoint[],
): JsonObject {
  const paths: Record<string, Record<string, Json>> = {}
  for (const endpoint of endpoints) {
    paths[endpoint.path] ??= {}
    for (const method of endpoint.methods) paths[endpoint.path][method] = operation(endpoint, method)
  }
  return {
    openapi: '3.1.0',
    info: { title, version, description, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: server }],
    tags: tags.map((tag) => ({ ...tag })),
    security: [{}, { bearer: [] }, { basic: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        basic: { type: 'http', scheme: 'basic', description: 'Any user, and the token as the password.' },
      },
    },
  }
}

function operation(endpoint: ApiEndpoint, method: ApiMethod): Json {
  const { id, tag, summary, description, inPath = {}, params = [], files = false, methods } = endpoint
  const inQuery = method === 'post' ? [] : params
  const parameters = [
    ...Object.entries(inPath).map(([name, part]) => pathParameter(name, part)),
    ...inQuery.map(queryParameter),
  ]
  return {
    operationId: methods.length > 1 ? `${id}-${method}` : id,
    tags: [tag],
    summary,
    description,
    parameters: parameters.length > 0 ? parameters : undefined,
    requestBody: method === 'post' && params.length > 0 ? form(params, files) : undefined,
    responses: responses(endpoint),
  }
}

const pathParameter = (name: string, { description, example, pattern }: ApiPathPart): Json => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string', minLength: 1, pattern },
  example,
})

const queryParameter = (param: Param): Json => ({
  name: param.name,
  in: 'query',
  required: param.required,
  description: param.description,
  schema: parameterSchema(param),
  // A value on its own, so that no client joins several by commas.
  ...(param.repeats && { style: 'form', explode: true }),
})

function form(params: readonly Param[], files: boolean): Json {
  const required = params.filter((param) => param.required).map(({ name }) => name)
  const properties = Object.fromEntries(
    params.map((param) => [param.name, { ...parameterSchema(param), description: param.description }]),
  )
  const schema = (extra: JsonObject): JsonObject => ({
    type: 'object',
    properties,
    required: required.length > 0 ? required : undefined,
    ...extra,
  })
  const repeated = params.filter(({ repeats }) => repeats).map(({ name }) => [name, { style: 'form', explode: true }])
  const encoding = repeated.length > 0 ? Object.fromEntries(repeated) : undefined
  return {
    required: required.length > 0,
    content: {
      'application/x-www-form-urlencoded': { schema: schema({ additionalProperties: false }), encoding },
      'multipart/form-data': {
        schema: schema({
          additionalProperties: files
            ? { type: 'string', format: 'binary', description: 'A file that UPLOAD names.' }
            : false,
        }),
      },
    },
  }
}

/** One value, or a list of them. Names match whatever their case, which OpenAPI cannot say. */
function parameterSchema(param: Param): JsonObject {
  const one = valueSchema(param)
  return param.repeats ? { type: 'array', items: one } : one
}

function valueSchema(param: Param): JsonObject {
  const { literal, unit, default: usual, examples = [] } = param
  const { options, min, max } = rangeOf(param)
  const number = literal.arraysize === undefined && (literal.datatype === 'int' || literal.datatype === 'double')
  const type = number
    ? literal.datatype === 'int'
      ? 'integer'
      : 'number'
    : literal.datatype === 'boolean'
      ? 'boolean'
      : 'string'
  const spoken = (text: string): Json => (number ? Number(text) : text)
  const shown = [...examples, ...(literal.options ? [] : (options ?? []))]
  return {
    type,
    // What the literal does not enforce itself is no promise.
    enum: literal.options ? [...literal.options] : undefined,
    minimum: number && min !== undefined ? Number(min) : undefined,
    maximum: number && max !== undefined ? Number(max) : undefined,
    minLength: type === 'string' && !literal.options ? 1 : undefined,
    pattern: type === 'string' ? literal.pattern : undefined,
    default: usual === undefined ? undefined : spoken(usual),
    examples: shown.length > 0 ? shown.map(spoken) : undefined,
    'x-unit': unit,
    'x-ucd': param.ucd,
    'x-xtype': literal.xtype,
  }
}

function responses({ path, answers, faults }: ApiEndpoint): Json {
  const found: Record<string, Json> = {}
  for (const { status, description, types = [], schema, headers } of answers) {
    found[String(status)] = {
      description,
      headers: headers && Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, header(text)])),
      content: types.length > 0 ? Object.fromEntries(types.map((type) => [type, { schema: schema ?? {} }])) : undefined,
    }
  }
  for (const [status, words] of faultsByStatus(faults?.codes ?? []))
    found[String(status)] ??= {
      description: words,
      headers: status === 401 ? { 'WWW-Authenticate': header('How to sign in: Bearer and Basic.') } : undefined,
      content: Object.fromEntries(
        faultTypes(faults!.style, path, status).map((type) => [type, { schema: faultSchema(type) }]),
      ),
    }
  if (path.includes('{'))
    found['400'] ??= {
      description: WORDS.usage,
      content: { 'application/problem+json': { schema: faultSchema('application/problem+json') } },
    }
  return found
}

/** An edge refuses a path with control characters, and says that the origin is away, whatever the service. */
const faultTypes = (style: keyof typeof FAULT_TYPES, path: string, status: number): readonly string[] =>
  (status === 400 && path.includes('{')) || status >= 500
    ? [...new Set([...FAULT_TYPES[style], 'application/problem+json'])]
    : FAULT_TYPES[style]

const header = (description: string): Json => ({ description, schema: { type: 'string' } })

const faultSchema = (type: string): JsonObject =>
  type === 'application/problem+json'
    ? {
        type: 'object',
        required: ['type', 'title', 'status'],
        properties: {
          type: { type: 'string' },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string' },
          instance: { type: 'string' },
        },
      }
    : { type: 'string' }

const WORDS: Readonly<Record<FaultCode, string>> = {
  usage: 'The request cannot be read; the answer says which parameter, the value and what was expected.',
  'multi-valued': 'A parameter that takes one value was given several.',
  'not-found': 'There is no such thing, or none that the caller may see.',
  'too-large': 'The request is larger than what is taken.',
  authentication: 'Nobody is signed in, or the token is not valid.',
  authorization: 'The caller may not have this.',
  unavailable: 'It cannot be had at the moment; Retry-After says when to ask again.',
  timeout: 'It took too long.',
  overloaded: 'Too many requests at once; Retry-After says when to ask again.',
  internal: 'Something is broken here.',
}

function faultsByStatus(codes: readonly FaultCode[]): Map<number, string> {
  const found = new Map<number, string>()
  for (const code of codes) {
    const { status } = FAULTS[code]
    const before = found.get(status)
    found.set(status, before ? `${before} ${WORDS[code]}` : WORDS[code])
  }
  return found
}

/** Methods that a path takes, for 405 and Allow; undefined where it is no endpoint. GET takes HEAD with it. */
export function allowedMethods(endpoints: readonly ApiEndpoint[], path: string): readonly string[] | undefined {
  const methods = new Set<string>()
  for (const endpoint of endpoints)
    if (matches(endpoint.path, path)) for (const method of endpoint.methods) methods.add(method.toUpperCase())
  if (methods.size === 0) return undefined
  return [...(methods.has('GET') ? ['GET', 'HEAD'] : []), ...[...methods].filter((one) => one !== 'GET'), 'OPTIONS']
}

function matches(template: string, path: string): boolean {
  const parts = path.split('/')
  const wanted = template.split('/')
  return (
    parts.length === wanted.length &&
    wanted.every((part, i) => part === parts[i] || (/^\{.*\}$/.test(part) && parts[i] !== ''))
  )
}
