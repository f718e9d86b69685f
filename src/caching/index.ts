// HTTP caching as pure rules, the same at the edge and the origin: keys, validators, conditions, ranges, lifetimes.

export { type CacheName, type CacheStep, cacheStatus } from './cache-status.ts'
export { type Condition, evaluate, type HeaderLookup, rangeApplies, type Validator } from './conditional.ts'
export { BY_CALLER, type Freshness, freshness, type ResourceKind, sinceMs, type TierAge, tierAge } from './freshness.ts'
export { cacheShard, cutoutKey, tileKey } from './key.ts'
export { contentRange, parseRange, type RangeAnswer, unsatisfiedRange } from './range.ts'
export { etagOf, etagsIn, httpDate, parseHttpDate } from './validator.ts'
