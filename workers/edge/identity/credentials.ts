// Where a token may stand: `Authorization: Bearer`, `Basic` (as user name or password: STILTS and TOPCAT know
// nothing else), the session cookie. Never the query string: addresses end up in logs.

import { SESSION_COOKIE, sessionToken } from './session-cookie.ts'

export interface Credentials {
  readonly from: 'bearer' | 'basic' | 'cookie'
  /** Shaped like a JWT; `undefined` when what was sent is not. */
  readonly token?: string
}

const JWT = /^[\w-]{1,4096}\.[\w-]{1,8192}\.[\w-]{1,2048}$/

export function credentialsOf(headers: Headers): Credentials | undefined {
  const authorization = headers.get('authorization')
  if (authorization !== null) {
    const [scheme, value = ''] = authorization.trim().split(/\s+/, 2)
    if (/^bearer$/i.test(scheme)) return { from: 'bearer', token: jwt(value) }
    if (/^basic$/i.test(scheme)) return { from: 'basic', token: basic(value) }
    return { from: 'bearer' }
  }
  const cookie = headers.get('cookie')
  // Other cookies of the same host are none of ours.
  if (cookie === null || !cookie.includes(SESSION_COOKIE)) return undefined
  const token = sessionToken(cookie)
  return token === undefined ? undefined : { from: 'cookie', token: jwt(token) }
}

const jwt = (text: string) => (JWT.test(text) ? text : undefined)

function basic(value: string): string | undefined {
  let pair: string
  try {
    pair = atob(value)
  } catch {
    return undefined
  }
  const colon = pair.indexOf(':')
  return colon < 0 ? jwt(pair) : (jwt(pair.slice(0, colon)) ?? jwt(pair.slice(colon + 1)))
}
