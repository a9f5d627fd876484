// How grave a change is, by who stands at its ends.
import { intersectAddresses, type IpSet, noAddresses, subtractAddresses, unionAddresses } from '../../sets/ip-set.ts'
import { METADATA, NOT_ADDRESSES, PRIVATE } from '../ranges.ts'
import type { ChangeKind, Grade, Party } from './answer.ts'

export interface Graded {
  readonly grade: Grade
  readonly gradeReason: string
}

const LOCAL = [PRIVATE.addresses, METADATA.addresses, NOT_ADDRESSES].reduce(unionAddresses)

/** Addresses of the Internet are among them. */
function isPublic(addresses: IpSet): boolean {
  return !noAddresses(subtractAddresses(addresses, LOCAL))
}

function hasMetadata(addresses: IpSet): boolean {
  return !noAddresses(intersectAddresses(addresses, METADATA.addresses))
}

function graded(grade: Grade, gradeReason: string): Graded {
  return { grade, gradeReason }
}

function opened(source: Party, destination: Party): Graded {
  if (source.kind === 'outside') {
    const where = isPublic(source.addresses) ? 'the Internet' : 'private addresses outside'
    const isModel = destination.kind === 'workload' && destination.model !== undefined
    if (isModel) return graded(isPublic(source.addresses) ? 'high' : 'medium', `${where} to a model server`)
    return graded(isPublic(source.addresses) ? 'medium' : 'low', `${where} to a workload`)
  }
  if (destination.kind === 'outside') {
    const from = source.model === undefined ? 'a workload' : 'a model server'
    const [wide, credentials] = [isPublic(destination.addresses), hasMetadata(destination.addresses)]
    const where = [...(wide ? ['the Internet'] : []), ...(credentials ? ['the metadata service of a cloud'] : [])]
    if (where.length === 0) return graded('low', `${from} to private addresses outside`)
    if (source.model !== undefined) return graded('high', `${from} to ${where.join(' and ')}`)
    return graded(credentials ? 'medium' : 'low', `${from} to ${where.join(' and ')}`)
  }
  const elsewhere = source.namespace !== destination.namespace
  if (destination.model !== undefined)
    return graded('medium', elsewhere ? 'another namespace to a model server' : 'a workload to a model server')
  if (source.model !== undefined) return graded('medium', 'a model server to a workload')
  return elsewhere ? graded('medium', 'from another namespace') : graded('low', 'within a namespace')
}

/** A closing is no danger, but may be an outage: most of all where the model's callers are cut off. */
function closed(source: Party, destination: Party): Graded {
  const removed = [source, destination].some((end) => end.kind === 'workload' && end.presence === 'removed')
  if (removed) return graded('low', 'a workload is gone')
  if (destination.kind === 'workload' && destination.model !== undefined)
    return graded('medium', 'a model server is cut off')
  return graded('low', 'a connection is cut off')
}

/** The grade of a change between two ends. */
function gradeOf(kind: ChangeKind, source: Party, destination: Party): Graded {
  return kind === 'opened' ? opened(source, destination) : closed(source, destination)
}

const ORDER: readonly Grade[] = ['high', 'medium', 'low']

/** The gravest between any two of the ends. */
export function worstGrade(kind: ChangeKind, sources: readonly Party[], destinations: readonly Party[]): Graded {
  const seen = new Map<string, Graded>()
  for (const source of ends(sources)) {
    for (const destination of ends(destinations)) {
      const one = gradeOf(kind, source, destination)
      seen.set(one.gradeReason, one)
    }
  }
  const far = ({ gradeReason }: Graded): number => (gradeReason.includes('another namespace') ? 0 : 1)
  return [...seen.values()].sort(
    (a, b) => ORDER.indexOf(a.grade) - ORDER.indexOf(b.grade) || far(a) - far(b),
  )[0] as Graded
}

/** One end for each way in which ends can count. */
function ends(parties: readonly Party[]): Party[] {
  return [
    ...new Map(
      parties.map((party) => [
        party.kind === 'outside' ? party : `${party.namespace} ${party.model !== undefined} ${party.presence}`,
        party,
      ]),
    ).values(),
  ]
}
