// Which addresses another node may have. What an operator types, a redirect, or a name server could lead to this
// machine or its network (SSRF): such addresses are refused when the connection is made, after the name was looked up,
// so that a name which changes in between does not help. IANA special-purpose address registries (RFC 6890).

import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { OthersError } from './errors.ts'

const PRIVATE = new BlockList()
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(address, prefix, 'ipv4')
for (const [address, prefix] of [
  ['::', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  PRIVATE.addSubnet(address, prefix, 'ipv6')

export const isPrivate = (address: string): boolean => PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

const refused = (host: string) =>
  new OthersError(
    'refused-address',
    `${host} is an address of this machine or a private network: mirroring from there needs --allow-private`,
  )

/** `url` is http(s) without a name, a password or a query; throws what else it is. */
export function nodeAddress(text: string, { allowPrivate = false } = {}): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol))
    throw new OthersError('bad-option', 'a map of another node has an address that begins with http:// or https://')
  if (url.username || url.password || url.search || url.hash)
    throw new OthersError('bad-option', 'the address of a map has no user, password, query or fragment')
  url.pathname = url.pathname.replace(/\/{2,}/g, '/').replace(/\/(?:properties)?$/, '')
  checkHost(url, allowPrivate)
  return url
}

/** What is written as a number needs no looking up. */
export function checkHost({ hostname }: URL, allowPrivate: boolean): void {
  const host = hostname.replace(/^\[|\]$/g, '')
  if (!allowPrivate && isIP(host) !== 0 && isPrivate(host)) throw refused(host)
}

/** A name is taken only where all its addresses may be. */
export const guardedLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, [])
    if (addresses.some(({ address }) => isPrivate(address))) return done(refused(hostname), [])
    if (options.all) return done(null, addresses)
    done(null, addresses[0].address, addresses[0].family)
  })
}
