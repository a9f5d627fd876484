// How far a pod is open to pods that could exist: to any at all, to all of some namespaces, or only to those with certain labels.
import { NAMESPACE_NAME } from '../universe.ts'
import type { IpSet } from '../../sets/ip-set.ts'
import type { ExposedTo } from '../map/exposure.ts'
import { isMost } from '../map/outside-name.ts'

/** From the widest to the narrowest. */
export type Openness = 'any-pod' | 'whole-namespaces' | 'own-namespace' | 'labelled' | 'none'

const WIDEST: readonly Openness[] = ['any-pod', 'whole-namespaces', 'own-namespace', 'labelled', 'none']

/** More than half of a family's addresses: all of them, whatever is left out. */
export function isMostAddresses(set: IpSet): boolean {
  return isMost(set, 4) || isMost(set, 6)
}

/** A condition that a pod without the label meets does not name anybody. */
function one({ box, addresses }: ExposedTo, own: string): Openness {
  const naming = [...box].filter(([, values]) => !values.absent)
  if (naming.some(([key]) => key.startsWith('pod:')) || (addresses && !isMostAddresses(addresses))) {
    return 'labelled'
  }
  const name = box.get(NAMESPACE_NAME)
  if (name && !name.cofinite) return name.values.every((value) => value === own) ? 'own-namespace' : 'whole-namespaces'
  return naming.some(([key, values]) => key !== NAMESPACE_NAME && !(values.cofinite && values.values.length === 0))
    ? 'whole-namespaces'
    : 'any-pod'
}

/** The widest of the entries that count. */
export function opennessOf(exposure: readonly ExposedTo[], own: string): Openness {
  const found = new Set(exposure.map((entry) => one(entry, own)))
  return WIDEST.find((each) => found.has(each)) ?? 'none'
}
