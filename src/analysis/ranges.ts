// Addresses that no model server should open by accident: cloud metadata and private networks.
import { parseCidr } from '../sets/ip-address.ts'
import { type IpSet, ipSetOf, NO_ADDRESSES, unionAddresses } from '../sets/ip-set.ts'

export interface Range {
  readonly id: string
  readonly addresses: IpSet
  /** The blocks as people write them. */
  readonly words: string
}

function blocks(texts: readonly string[]): IpSet {
  return texts.reduce<IpSet>((all, text) => {
    const cidr = parseCidr(text)
    if (!cidr) throw new Error(`not a block: ${text}`)
    return unionAddresses(all, ipSetOf(cidr))
  }, NO_ADDRESSES)
}

/** One address goes by itself. */
function blockWords(text: string): string {
  return text.replace(text.includes(':') ? /\/128$/ : /\/32$/, '')
}

function range(id: string, texts: readonly string[]): Range {
  return { id, addresses: blocks(texts), words: texts.map(blockWords).join(', ') }
}

/**
 * Where clouds hand out credentials: link-local (AWS, GCP, Azure, most others), AWS over IPv6, Azure's wire server,
 * Alibaba Cloud, Oracle's and OpenStack's IPv6 link-local.
 */
export const METADATA: Range = range('metadata', [
  '169.254.0.0/16',
  'fe80::/10',
  'fd00:ec2::254/128',
  '168.63.129.16/32',
  '100.100.100.200/32',
])

/** Private (RFC 1918), shared (RFC 6598) and unique local (RFC 4193) addresses: nodes, databases, the API server. */
export const PRIVATE: Range = range('private', [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
])

/** Addresses that nothing across a network has: this network, loopback, multicast, broadcast. */
export const NOT_ADDRESSES: IpSet = blocks([
  '0.0.0.0/8',
  '127.0.0.0/8',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '::/127',
  'ff00::/8',
])

/** Blocks for examples in texts, and for benchmarks (RFC 5737, 3849, 9637, 2544): nothing on the Internet has them. */
export const DOCUMENTATION: readonly Range[] = [
  range('TEST-NET-1', ['192.0.2.0/24']),
  range('TEST-NET-2', ['198.51.100.0/24']),
  range('TEST-NET-3', ['203.0.113.0/24']),
  range('benchmarking', ['198.18.0.0/15', '2001:2::/48']),
  range('documentation', ['2001:db8::/32', '3fff::/20']),
]

/** What a block that stands for the Internet should leave out: each private, shared and link-local block by itself. */
export const INSIDE: readonly Range[] = [
  range('private', ['10.0.0.0/8']),
  range('private', ['172.16.0.0/12']),
  range('private', ['192.168.0.0/16']),
  range('shared', ['100.64.0.0/10']),
  range('link-local, with the metadata service of clouds', ['169.254.0.0/16']),
  range('unique local', ['fc00::/7']),
  range('link-local', ['fe80::/10']),
]

/** The one address that most clouds answer on. */
export const INSTANCE_METADATA: Range = range('instance metadata', ['169.254.169.254/32'])

/** Of one link only (RFC 3927, RFC 4291). */
export const LINK_LOCAL: IpSet = blocks(['169.254.0.0/16', 'fe80::/10'])
