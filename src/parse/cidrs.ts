// CIDR blocks and addresses, as strict as the API server and no stricter.
import { cidrRange, formatCidr, parseAddress, parseCidr, type Address, type Cidr } from '../sets/ip-address.ts'
import { asString } from './decode.ts'
import { fail, pathOf, type Value } from './report.ts'

/** `010.0.0.1` without its leading zeros: the API server reads such numbers as decimals, not as octals. */
function withoutLeadingZeros(text: string): string {
  return text.includes(':') ? text : text.replaceAll(/(^|\.)0+(?=\d)/g, '$1')
}

function faultOf(text: string): string {
  const [address = '', prefix] = text.split('/')
  const parsed = parseAddress(address)
  if (prefix === undefined) {
    return parsed
      ? `an address without a prefix; write \`${text}/${parsed.family === 4 ? 32 : 128}\` for it alone`
      : 'not a block of addresses'
  }
  if (!parsed) return `\`${address}\` is not an IPv4 or IPv6 address`
  const most = parsed.family === 4 ? 32 : 128
  return `the prefix of an IPv${parsed.family} block is a number from 0 to ${most}, not \`${prefix}\``
}

/** `ADDRESS/PREFIX`. Host bits are accepted with a warning (S24). */
export function asCidr(value: Value | undefined): Cidr | undefined {
  const text = asString(value)
  if (value === undefined || text === undefined) return undefined
  const plain = withoutLeadingZeros(text)
  const cidr = parseCidr(plain)
  if (!cidr) {
    return fail(value, { code: 'invalid-cidr', message: `\`${pathOf(value)}\`: \`${text}\`: ${faultOf(plain)}` })
  }
  if (isMapped(cidr.address)) {
    return fail(value, {
      code: 'invalid-cidr',
      message: `\`${pathOf(value)}\`: \`${text}\`: an IPv4 address written as IPv6, which networks read differently`,
      help: 'write the IPv4 block',
    })
  }
  if (plain !== text) {
    fail(value, {
      severity: 'warning',
      code: 'cidr-leading-zeros',
      message: `\`${text}\` has leading zeros: the API server reads it as \`${formatCidr(cidr)}\`, other programs as octal`,
      help: `write \`${formatCidr(cidr)}\``,
    })
  }
  if (cidr.hostBits) {
    // S24
    fail(value, {
      severity: 'warning',
      code: 'cidr-host-bits',
      message: `\`${text}\` has bits set behind its prefix: it is read as \`${formatCidr(cidr)}\``,
      help: `write \`${formatCidr(cidr)}\``,
    })
  }
  return cidr
}

function isMapped(address: Address): boolean {
  return address.family === 6 && address.value >> 32n === 0xffffn
}

/** True when `inner` lies in `outer` and is smaller (S23). */
export function isStrictlyInside(inner: Cidr, outer: Cidr): boolean {
  if (inner.address.family !== outer.address.family || inner.prefix <= outer.prefix) return false
  const [first, end] = cidrRange(outer)
  const [innerFirst, innerEnd] = cidrRange(inner)
  return innerFirst >= first && innerEnd <= end
}

export function asAddress(value: Value | undefined): Address | undefined {
  const text = asString(value)
  if (value === undefined || text === undefined) return undefined
  const address = parseAddress(text)
  if (address) return address
  return fail(value, { code: 'invalid-address', message: `\`${pathOf(value)}\` is not an IP address: \`${text}\`` })
}
