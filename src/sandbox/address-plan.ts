// Which addresses the sandbox gives out: pods, Services, the node; and which no outside host may have.
import { type Address, type Cidr, parseAddress, parseCidr } from '../sets/ip-address.ts'
import { type IpSet, ipSetOf, unionAddresses } from '../sets/ip-set.ts'

/** An address written in this file. */
export function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed) throw new Error(`not an address: ${text}`)
  return parsed
}

export function block(text: string): Cidr {
  const parsed = parseCidr(text)
  if (!parsed) throw new Error(`not a block: ${text}`)
  return parsed
}

export const POD_BLOCKS = [block('10.244.0.0/16'), block('fd00:244::/112')]
export const SERVICE_BLOCKS = [block('10.96.0.0/16'), block('fd00:96::/112')]
export const NODE_ADDRESSES: readonly Address[] = [address('192.168.244.1'), address('fd00:192:168:244::1')]
/** The cluster addresses of DNS, in every pod's resolv.conf. */
export const DNS_ADDRESSES: readonly Address[] = [address('10.96.0.10'), address('fd00:96::a')]
/** The next hop of every pod; never assigned, known by a static neighbour entry. */
export const GATEWAYS: readonly Address[] = [address('169.254.1.1'), address('fe80::1')]

export const METADATA_ADDRESSES: readonly Address[] = [address('169.254.169.254'), address('fd00:ec2::254')]
/** Of ranges reserved for documentation, so that nothing real is meant. */
export const PUBLIC_ADDRESSES: readonly Address[] = [address('198.51.100.7'), address('2001:db8::7')]

/** How many pods or Services fit. */
export const MAX_INDEX = 65_000

/** Addresses that an outside host cannot have: ours, and those that the kernel treats in its own way. */
export const TAKEN: IpSet = [
  ...POD_BLOCKS,
  ...SERVICE_BLOCKS,
  ...['192.168.244.1/32', 'fd00:192:168:244::1/128', '169.254.1.1/32'].map(block),
  ...['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/3', '::/8', 'fe80::/10', 'ff00::/8'].map(block),
]
  .map(ipSetOf)
  .reduce(unionAddresses)

function numbered(blocks: readonly Cidr[], index: number): Address[] {
  return blocks.map(({ address: first }) =>
    first.family === 4 ? { family: 4, value: first.value + index } : { family: 6, value: first.value + BigInt(index) },
  )
}

/** The two addresses of a pod; `index` from 1 to `MAX_INDEX`. */
export function podAddresses(index: number): Address[] {
  return numbered(POD_BLOCKS, index)
}

/** The two cluster addresses of a Service; the first ones stay free, DNS has 10. */
export function serviceAddresses(index: number): Address[] {
  return numbered(SERVICE_BLOCKS, index + 19)
}
