// Strict reading and canonical printing of IPv4 and IPv6 addresses and CIDRs (RFC 4291, RFC 5952).

export type Family = 4 | 6

/** An address as an integer of its family: IPv4 below 2^32 as `number`, IPv6 below 2^128 as `bigint`. */
export type Address = { readonly family: 4; readonly value: number } | { readonly family: 6; readonly value: bigint }

/** A CIDR block. `address` is as written; `hostBits` tells that it is not the first of its block (S24). */
export interface Cidr {
  readonly address: Address
  readonly prefix: number
  readonly hostBits: boolean
}

function parseIPv4(text: string): number | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let value = 0
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part)) return undefined
    const octet = Number(part)
    if (octet > 255) return undefined
    value = value * 256 + octet
  }
  return value
}

function parseIPv6(text: string): bigint | undefined {
  let body = text
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  if (tail) {
    const low = parseIPv4(tail[2] as string)
    if (low === undefined) return undefined
    body = `${tail[1]}${Math.floor(low / 65_536).toString(16)}:${(low % 65_536).toString(16)}`
  }
  const halves = body.split('::')
  if (halves.length > 2) return undefined
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')))
  const head = groups[0] ?? []
  const rest = groups[1]
  const missing = 8 - head.length - (rest?.length ?? 0)
  if (rest === undefined ? missing !== 0 : missing < 1) return undefined
  const all = rest === undefined ? head : [...head, ...Array.from({ length: missing }, () => '0'), ...rest]
  let value = 0n
  for (const group of all) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined
    value = value * 65_536n + BigInt(`0x${group}`)
  }
  return value
}

/** The address, or `undefined` for anything but one plain address (no zone, no leading zeros, no spaces). */
export function parseAddress(text: string): Address | undefined {
  if (text.includes(':')) {
    const value = parseIPv6(text)
    return value === undefined ? undefined : { family: 6, value }
  }
  const value = parseIPv4(text)
  return value === undefined ? undefined : { family: 4, value }
}

/** The block, or `undefined` when it is not `ADDRESS/PREFIX`. Host bits are accepted and reported in `hostBits`. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text)
  const address = match && parseAddress(match[1] as string)
  if (!address) return undefined
  const prefix = Number(match[2])
  if (prefix > (address.family === 4 ? 32 : 128)) return undefined
  const [first] = cidrRange({ address, prefix, hostBits: false })
  return { address, prefix, hostBits: first !== address.value }
}

/** Inclusive first and exclusive last address of a block, in the integer kind of its family. */
export function cidrRange(cidr: Cidr): readonly [number, number] | readonly [bigint, bigint] {
  if (cidr.address.family === 4) {
    const size = 2 ** (32 - cidr.prefix)
    const first = Math.floor(cidr.address.value / size) * size
    return [first, first + size]
  }
  const bits = BigInt(128 - cidr.prefix)
  const first = (cidr.address.value >> bits) << bits
  return [first, first + (1n << bits)]
}

function formatIPv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
}

/** RFC 5952: lower case, no leading zeros, the first of the longest runs of two or more zero groups as `::`. */
function formatIPv6(value: bigint): string {
  if (value >> 32n === 0xffffn) return `::ffff:${formatIPv4(Number(value & 0xffff_ffffn))}` // section 5: IPv4-mapped
  const groups = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn))
  let [start, length] = [0, 1]
  for (let from = 0; from < 8; from++) {
    let end = from
    while (groups[end] === 0) end++
    if (end - from > length) [start, length] = [from, end - from]
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':')
  return length < 2 ? text(groups) : `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`
}

/** The canonical text of an address: dotted decimal, or RFC 5952. */
export function formatAddress(address: Address): string {
  return address.family === 4 ? formatIPv4(address.value) : formatIPv6(address.value)
}

/** `10.0.0.0/8`: the block by its first address. */
export function formatCidr(cidr: Cidr): string {
  const [first] = cidrRange(cidr)
  const address: Address = typeof first === 'number' ? { family: 4, value: first } : { family: 6, value: first }
  return `${formatAddress(address)}/${cidr.prefix}`
}
