// Where a token stands in a request: `Authorization: Bearer`, `Basic` as user name or password (STILTS and TOPCAT know
// nothing else), or the session cookie. Never the query string. Both doors, edge and origin, read it here;
// what comes out is still a raw token and goes to nobody but the verifier.

export const SESSION_COOKIE = 'skyedge_session'
/** The `aud` of tokens for this service. */
export const TOKEN_AUDIENCE = 'skyedge'
/** The `iss` of the embedded token issuer of a naming authority. */
export const tokenIssuer = (authority: string): string => `https://${authority}`

/** Longer ones are refused unread. */
const MAX_TOKEN = 8192
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/

export interface Credentials {
  readonly token: string
  /** A token in a header was meant for this request: a bad one is an error. A bad cookie is as no cookie. */
  readonly from: 'bearer' | 'basic' | 'cookie'
}

/** `undefined`: none were sent. `malformed`: an Authorization that holds no token. */
export function credentialsIn(
  header: (name: string) => string | null | undefined,
): Credentials | 'malformed' | undefined {
  const authorization = header('authorization')
  if (authorization) {
    const match = /^(bearer|basic) +(\S+) *$/i.exec(authorization.length > 2 * MAX_TOKEN ? '' : authorization)
    if (!match) return 'malformed'
    if (match[1].toLowerCase() === 'bearer')
      return isToken(match[2]) ? { token: match[2], from: 'bearer' } : 'malformed'
    const token = basicPair(match[2])?.find(isToken)
    return token ? { token, from: 'basic' } : 'malformed'
  }
  for (const pair of (header('cookie') ?? '').split(';')) {
    const [name, value = ''] = pair.split('=', 2).map((part) => part.trim())
    if (name === SESSION_COOKIE && isToken(value)) return { token: value, from: 'cookie' }
  }
  return undefined
}

const isToken = (text: string) => text.length <= MAX_TOKEN && JWT.test(text)

function basicPair(encoded: string): string[] | undefined {
  let text: string
  try {
    text = atob(encoded)
  } catch {
    return undefined
  }
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : [text.slice(colon + 1), text.slice(0, colon)]
}

/** What a 401 (or a 403 for a missing scope) says in WWW-Authenticate: Bearer and Basic side by side. */
export function challenges({
  error,
  scope,
}: {
  error?: 'invalid_token' | 'insufficient_scope'
  scope?: string
} = {}): string[] {
  const parts = ['realm="skyedge"']
  if (error) parts.push(`error="${error}"`)
  if (scope) parts.push(`scope="${scope}"`)
  return [`Bearer ${parts.join(', ')}`, 'Basic realm="skyedge", charset="UTF-8"']
}
