// DALI 1.2: how the observatory's services read parameters and speak of faults. One definition of a parameter
// serves parsing, cache keys and descriptions. Angles in degrees, ICRS.

export { canonicalQuery } from './describe/canonical-query.ts'
export { capabilityParams } from './describe/capabilities.ts'
export {
  DaliError,
  FAULTS,
  type FaultClass,
  type FaultCode,
  type FaultKind,
  quoted,
  sodaFault,
  usageError,
} from './fault.ts'
export { double, formatNumber, type Interval, interval, type Literal, string, timestamp } from './literal.ts'
export { type Param, param, type Service, service, type ValuesOf } from './param.ts'
export { MAX_FORM_BYTES, type Pairs, pairsOf, parseRequest } from './request.ts'
export { type Format, responseFormat } from './responseformat.ts'
export {
  type Circle,
  circle,
  formatShape,
  type Point,
  type Polygon,
  polygon,
  pos,
  type Range,
  range,
  type Shape,
} from './shape.ts'
