// The session cookie of the browser pages: it holds the token itself.

export const SESSION_COOKIE = 'skyedge_session'

/** The first one counts: a second of the same name could come from a sibling host. */
export function sessionToken(cookieHeader: string): string | undefined {
  for (const part of cookieHeader.split(';')) {
    const equals = part.indexOf('=')
    if (equals > 0 && part.slice(0, equals).trim() === SESSION_COOKIE)
      return part
        .slice(equals + 1)
        .trim()
        .replace(/^"(.*)"$/, '$1')
  }
  return undefined
}
