// Names for the addresses that kernel events carry.
import { type Pod, qualifiedName } from '../../policy/snapshot.ts'
import { type Address, formatAddress } from '../../sets/ip-address.ts'

export function sameAddress(a: Address, b: Address): boolean {
  return a.family === b.family && a.value === b.value
}

/** `namespace/pod` of an address, or the address itself. */
export function directory(pods: readonly Pod[]): (address: Address) => string {
  const names = new Map(
    pods.flatMap((pod) => pod.addresses.map((one) => [formatAddress(one), qualifiedName(pod)] as const)),
  )
  return (address) => {
    const text = formatAddress(address)
    return names.get(text) ?? text
  }
}
