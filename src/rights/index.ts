// Who may see what: tokens become principals, products say their rights, one pure function decides.

export { principalFromJson, principalOf } from './claims.ts'
export {
  type Credentials,
  challenges,
  credentialsIn,
  SESSION_COOKIE,
  TOKEN_AUDIENCE,
  tokenIssuer,
} from './credentials.ts'
export { type Allow, type DecideOptions, type Decision, type Deny, decide, READ_IMAGE } from './decide.ts'
export { seenByAll, seenByHolders } from './holders.ts'
export { ANONYMOUS, isAnonymous, type Principal } from './principal.ts'
export type { ProductRights } from './product-rights.ts'
export { type RightsCondition, restrictQuery, satisfies } from './restrict-query.ts'
