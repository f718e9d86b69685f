// DALI 1.2: how the observatory's services read parameters and speak of faults. One definition of a parameter
// serves parsing, cache keys and descriptions. Angles in degrees, ICRS.

export { formBytes } from './body.ts'
export { canonicalQuery } from './describe/canonical-query.ts'
export { capabilityParams } from './describe/capabilities.ts'
export { requestPairs } from './describe/job-parameters.ts'
export {
  type ApiAnswer,
  type ApiEndpoint,
  type ApiInfo,
  type ApiMethod,
  type ApiPathPart,
  allowedMethods,
  type Json,
  type JsonObject,
  openApi,
} from './describe/openapi.ts'
export { type ReferenceOptions, referencePage } from './describe/reference.ts'
export {
  type DescriptorOptions,
  inputParam,
  type ParamClothes,
  serviceDescriptor,
} from './describe/service-descriptor.ts'
export {
  asDaliError,
  DaliError,
  dalFaultText,
  FAULTS,
  type FaultClass,
  type FaultCode,
  type FaultKind,
  quoted,
  sodaFault,
  usageError,
} from './fault.ts'
export { type FaultDocument, type FaultStyle, faultDocument, votableFault } from './fault-document.ts'
export { type FormOptions, readForm } from './form.ts'
export {
  boolean,
  choice,
  double,
  formatNumber,
  type Interval,
  integer,
  interval,
  intervalOrNumber,
  type Literal,
  real,
  string,
  timestamp,
} from './literal.ts'
export { type FileHandler, type FilePart, type MultipartLimits, readMultipart } from './multipart.ts'
export { type Param, param, rangeOf, type Service, service, type ValuesOf } from './param.ts'
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
export {
  type MaxrecLimits,
  maxrec,
  RUNID,
  requestParam,
  responseFormatParam,
  rowsOf,
  uploadParam,
  versionParam,
} from './standard.ts'
export { type Upload, upload, uploadsOf } from './upload.ts'
