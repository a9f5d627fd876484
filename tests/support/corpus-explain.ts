// The explanations of the np-guard corpus read into verdicts and deciding policies, and ours in the same form.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { placeOf } from '../../src/analysis/explain-ends.ts'
import { explain } from '../../src/analysis/explain.ts'
import type { Answer, DirectionAnswer, Place } from '../../src/analysis/explanation.ts'
import { CILIUM } from '../../src/engine/profile.ts'
import type { Snapshot } from '../../src/policy/snapshot.ts'
import {
  ALL_CONNECTIONS,
  connections,
  type ConnectionSet,
  formatConnections,
  intersectConnections,
  isEmpty,
  NO_CONNECTIONS,
  type Protocol,
  unionConnections,
} from '../../src/sets/connection-set.ts'
import { parseAddress } from '../../src/sets/ip-address.ts'
import { ALL_PORTS, portRange } from '../../src/sets/port-set.ts'

/** One direction: what it decides, and the policies that do. Empty: the default. */
interface Side {
  readonly decision: 'accepts' | 'denies'
  readonly policies: readonly string[]
}

/** Some connections of one pair, decided alike. */
export interface Part {
  readonly from: string
  readonly to: string
  readonly set: ConnectionSet
  readonly verdict: 'Allowed' | 'Denied'
  readonly egress: Side
  readonly ingress: Side
}

/** `TCP:[1-2,5], UDP, SCTP`. */
function readSet(text: string): ConnectionSet {
  let all = NO_CONNECTIONS
  for (const [, protocol, ports] of text.matchAll(/(TCP|UDP|SCTP)(?::\[([\d,-]+)\])?/g)) {
    const sets =
      ports === undefined
        ? [ALL_PORTS]
        : ports.split(',').map((range) => {
            const [first, last = first] = range.split('-').map(Number) as [number, number?]
            return portRange(first, last)
          })
    for (const set of sets) all = unionConnections(all, connections(protocol as Protocol, set))
  }
  return all
}

const POLICY = /(?:(NetworkPolicy|AdminNetworkPolicy|BaselineAdminNetworkPolicy|Ingress|Route) '([^']+)')/

/** Everything that an explanation of the corpus says. */
export function readExplanation(corpus: string, path: string): Part[] {
  const text = readFileSync(join(corpus, path), 'utf8')
  const parts: Part[] = []
  let pair: readonly [string, string] | undefined
  let part: { set: ConnectionSet; verdict: 'Allowed' | 'Denied' } | undefined
  let sides: { egress?: Side; ingress?: Side } = {}
  let side: { decision: Side['decision']; policies: string[] } | undefined
  const finish = (): void => {
    if (pair && part && sides.egress && sides.ingress) {
      parts.push({ from: pair[0], to: pair[1], ...part, egress: sides.egress, ingress: sides.ingress })
    }
    part = undefined
    sides = {}
  }
  for (const line of text.split('\n')) {
    const between = /^Connections between (.+) => (.+):$/.exec(line)
    const plain = /^(\S.*) => (\S.*)$/.exec(line)
    const verdict = /^\t(Allowed|Denied) (.+) due to the following/.exec(line)
    const direction = /^\t\t(Egress|Ingress) \((Allowed|Denied)\)/.exec(line)
    const policy = POLICY.exec(line)
    if (between) {
      finish()
      pair = [between[1] as string, between[2] as string]
    } else if (verdict) {
      finish()
      part = { verdict: verdict[1] as 'Allowed' | 'Denied', set: readSet(verdict[2] as string) }
    } else if (direction) {
      side = { decision: direction[2] === 'Allowed' ? 'accepts' : 'denies', policies: [] }
      sides = { ...sides, [direction[1] === 'Egress' ? 'egress' : 'ingress']: side }
    } else if (policy && line.startsWith('\t\t\t')) side?.policies.push(`${policy[1]} ${policy[2]}`)
    else if (plain) {
      finish()
      const open: Side = { decision: 'accepts', policies: [] }
      parts.push({
        from: plain[1] as string,
        to: plain[2] as string,
        set: ALL_CONNECTIONS,
        verdict: 'Allowed',
        egress: open,
        ingress: open,
      })
    }
  }
  finish()
  return parts
}

function placeIn(snapshot: Snapshot, name: string): Place | undefined {
  const range = /^(\d[\d.]+)-(\d[\d.]+)\[External\]$/.exec(name)
  if (range) {
    const [first, last] = [range[1], range[2]].map((text) => parseAddress(text as string)?.value as number)
    return { kind: 'addresses', name, addresses: { v4: [first as number, (last as number) + 1], v6: [] } }
  }
  const named = /^(.+)\/(.+)\[(\w+)\]$/.exec(name)
  if (!named) return undefined
  const text = `${(named[3] as string).toLowerCase()}/${named[1]}/${named[2]}`
  const found = placeOf(text, snapshot, { file: { name, text }, start: 0, end: text.length })
  return 'place' in found ? found.place : undefined
}

function sideOf({ decision, steps }: DirectionAnswer): Side {
  const policies = steps.flatMap((step): string[] => {
    switch (step.kind) {
      case 'cluster-rule':
        return [`${step.policy.kind} ${step.policy.name}`]
      case 'admission':
        return [`NetworkPolicy ${step.policy.namespace}/${step.policy.name}`]
      case 'isolation':
        return step.policies.map(({ namespace, name }) => `NetworkPolicy ${namespace}/${name}`)
      default:
        return []
    }
  })
  return { decision: decision === 'accepts' ? 'accepts' : 'denies', policies }
}

function text({ decision, policies }: Side): string {
  return `${decision} by ${[...new Set(policies)].toSorted().join(', ') || 'default'}`
}

export interface Difference {
  readonly about: string
  readonly theirs: string
  readonly ours: string
}

/** Where our explanations say something else than theirs, part by part; and how many parts were compared. */
export function compareExplanation(
  snapshot: Snapshot,
  parts: readonly Part[],
): { readonly compared: number; readonly skipped: readonly string[]; readonly differences: readonly Difference[] } {
  const differences: Difference[] = []
  const skipped: string[] = []
  let compared = 0
  const answers = new Map<string, readonly Answer[]>()
  for (const part of parts) {
    const pair = `${part.from} => ${part.to}`
    const [source, destination] = [placeIn(snapshot, part.from), placeIn(snapshot, part.to)]
    if (!source || !destination) {
      skipped.push(pair)
      continue
    }
    const known = answers.get(pair) ?? explain(snapshot, { source, destination }, CILIUM).answers
    answers.set(pair, known)
    const mine = known.filter(
      ({ connections: set, families }) => families.includes(4) && !isEmpty(intersectConnections(set, part.set)),
    )
    compared++
    const theirs = `${part.verdict}, egress ${text(part.egress)}, ingress ${text(part.ingress)}`
    for (const answer of mine) {
      const ours = `${answer.verdict}, egress ${text(sideOf(answer.egress))}, ingress ${text(sideOf(answer.ingress))}`
      if (ours === theirs) continue
      const set = formatConnections(intersectConnections(answer.connections, part.set))
      differences.push({ about: `${pair} ${set}`, theirs, ours })
    }
    if (mine.length === 0) differences.push({ about: pair, theirs, ours: 'no answer' })
  }
  return { compared, skipped, differences }
}
