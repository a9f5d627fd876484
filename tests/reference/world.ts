// What the reference oracle is asked: a packet in a cluster, and what counts as one open question about them.
import type { RawCluster, RawPod } from '../support/raw-objects.ts'
import type { Reading } from './readings.ts'

export type ReferenceEnd = { readonly pod: RawPod } | { readonly address: string }

export interface Packet {
  readonly source: ReferenceEnd
  readonly destination: ReferenceEnd
  readonly family: 4 | 6
  readonly protocol: string
  readonly port: number
}

/** How ipBlocks treat the addresses of pods and nodes; the API text leaves it open. */
export interface OverAddresses {
  readonly ipBlockOverPods: 'matches' | 'depends' | 'never'
  readonly ipBlockOverNodes: 'matches' | 'depends'
}

/**
 * What counts as one open question. `things`: what a thing is that the input is silent about, one answer for all that ask:
 * the value of a label, the place of an address among all blocks. `matches`: whether one peer or subject matches, each
 * time anew. The first is the truth; the second knows no connection between rules, and so leaves more open.
 */
export type Questions = 'things' | 'matches'

export interface World extends OverAddresses {
  readonly cluster: RawCluster
  readonly questions: Questions
  readonly reading: Reading
}

/** A question about a thing, or each time a new one. */
export function ask<T>({ questions, reading }: World, question: string, answers: readonly T[]): T {
  return reading.pick(questions === 'things' ? question : undefined, answers)
}

export const labelsOf = (pod: RawPod): Record<string, string> => ({ ...pod.metadata.labels })
export const namespaceOf = (object: { metadata: { namespace?: string } }): string =>
  object.metadata.namespace ?? 'default'
export const onHostNetwork = (pod: RawPod): boolean => pod.spec.hostNetwork === true
