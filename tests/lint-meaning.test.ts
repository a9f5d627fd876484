// What the linter calls superfluous is: without it the engine answers every question as before, on random clusters.
import { describe, expect, it } from 'vitest'
import { lint } from '../src/analysis/lint/lint.ts'
import { RULES } from '../src/analysis/lint/registry.ts'
import { sameAnswers } from '../src/analysis/same-answers.ts'
import { outsideEndpoint, podEndpoint } from '../src/engine/endpoint.ts'
import { createEngine } from '../src/engine/engine.ts'
import { policiesInForce } from '../src/intent/policies-in-force.ts'
import { podsOf } from '../src/policy/endpoints.ts'
import type { Rule } from '../src/policy/network-policy.ts'
import type { Snapshot } from '../src/policy/snapshot.ts'
import { parseAddress } from '../src/sets/ip-address.ts'
import type { Span } from '../src/diag/source.ts'
import { boundaryPorts, OUTSIDE_ADDRESSES } from './support/probes.ts'
import { formatProbe, type Probe, REFERENCE, snapshotOf } from './support/oracles.ts'
import { ADMIN_SHAPE, FULL_SHAPE, PLAIN_SHAPE, randomCluster } from './support/random-cluster.ts'
import { type RawCluster, type RawObject, rawPods } from './support/raw-objects.ts'
import { randomSnapshot } from './support/random-snapshots.ts'

const CLUSTERS = 400

/** Where the named rule of the linter fires, without what it says of whole policies. */
function places(snapshot: Snapshot, id: string): ReadonlySet<Span> {
  const rules = RULES.filter((rule) => rule.id === id)
  const found = lint(policiesInForce(snapshot), { rules }).filter(({ message }) => message.startsWith('`spec.'))
  return new Set(found.flatMap(({ span }) => span ?? []))
}

function without(rules: readonly Rule[], gone: ReadonlySet<Span>): Rule[] {
  return rules.filter(({ span }) => !span || !gone.has(span))
}

/** The cluster without the rules at these places; a policy keeps on isolating. */
function withoutRules(snapshot: Snapshot, gone: ReadonlySet<Span>): Snapshot {
  return {
    ...snapshot,
    networkPolicies: snapshot.networkPolicies.map((policy) => ({
      ...policy,
      ingress: policy.ingress && without(policy.ingress, gone),
      egress: policy.egress && without(policy.egress, gone),
    })),
  }
}

/** Every answer of the engine about the pods of a cluster and some addresses outside. */
function answers(snapshot: Snapshot): string[] {
  const engine = createEngine(snapshot)
  const outside = OUTSIDE_ADDRESSES.flatMap((text) => parseAddress(text) ?? []).map(outsideEndpoint)
  const pods = podsOf(snapshot).map(podEndpoint)
  return [...pods, ...outside].flatMap((source) =>
    [...pods, ...outside].flatMap((destination) =>
      source.kind === 'outside' && destination.kind === 'outside'
        ? []
        : ([4, 6] as const).map((family) => JSON.stringify(engine.reach(source, destination, family))),
    ),
  )
}

describe('without what the linter calls superfluous', () => {
  it.each([
    ['redundant-rule', FULL_SHAPE],
    ['redundant-rule', ADMIN_SHAPE],
  ] as const)('every answer stays: %s', (id, shape) => {
    let removed = 0
    for (let seed = 1; seed <= CLUSTERS; seed++) {
      const snapshot = randomSnapshot(seed, { ...shape, policies: 8 })
      const gone = places(snapshot, id)
      if (gone.size === 0) continue
      removed += gone.size
      const after = withoutRules(snapshot, gone)
      expect({ seed, answers: answers(after) }).toEqual({ seed, answers: answers(snapshot) })
    }
    expect(removed).toBeGreaterThan(30)
  })

  it('a rule that is not superfluous is noticed by the check that keeps a fix from changing the meaning', () => {
    const counts = { same: 0, other: 0 }
    const wrong: number[] = []
    for (let seed = 1; seed <= CLUSTERS / 4; seed++) {
      const snapshot = randomSnapshot(seed, { ...FULL_SHAPE, policies: 4 })
      const [policy] = snapshot.networkPolicies
      const span = [...(policy?.ingress ?? []), ...(policy?.egress ?? [])][0]?.span
      if (!span) continue
      const after = withoutRules(snapshot, new Set([span]))
      const isSame = JSON.stringify(answers(after)) === JSON.stringify(answers(snapshot))
      // The check looks at more addresses than the test, never at fewer pods.
      const said = sameAnswers(snapshot, after)
      counts[said ? 'same' : 'other']++
      if (said && !isSame) wrong.push(seed)
    }
    expect(wrong).toEqual([])
    expect(Math.min(counts.same, counts.other)).toBeGreaterThan(5)
  })

  it.each(['admin-rule-shadowed', 'admin-decides-first'])('the reference oracle answers as before: %s', (id) => {
    let removed = 0
    for (let seed = 1; seed <= ADMIN_CLUSTERS; seed++) {
      const cluster = randomCluster(seed, { ...PLAIN_SHAPE, policies: 8, clusterPolicies: 6 })
      const rules = RULES.filter((rule) => rule.id === id)
      const found = lint(policiesInForce(snapshotOf(cluster)), { rules }).flatMap(
        ({ message }) => placeIn(message) ?? [],
      )
      if (found.length === 0) continue
      removed += found.length
      expect({ seed, changed: changedProbes(cluster, withoutPlaces(cluster, found)) }).toEqual({ seed, changed: [] })
    }
    expect(removed).toBeGreaterThan(id === 'admin-rule-shadowed' ? 30 : 5)
  })
})

const ADMIN_CLUSTERS = 300

interface Place {
  readonly direction: 'ingress' | 'egress'
  readonly index: number
  readonly kind: string
  /** With the namespace, where it has one. */
  readonly name: string
}

/** The rule that a finding begins with: `spec.egress[1]` of KIND NAME. */
function placeIn(message: string): Place | undefined {
  const match = /^`spec\.(ingress|egress)\[(\d+)\]`(?: \(.*?\))? of (\w+) (\S+) /.exec(message)
  if (!match) return undefined
  const [, direction, index, kind = '', name = ''] = match
  return { direction: direction as Place['direction'], index: Number(index), kind, name }
}

function withoutPlaces(cluster: RawCluster, places: readonly Place[]): RawCluster {
  const objects = cluster.objects.map((object): RawObject => {
    const { kind, metadata } = object
    const namespace = kind === 'NetworkPolicy' ? `${object.metadata.namespace ?? 'default'}/` : ''
    const own = places.filter((place) => place.kind === kind && place.name === `${namespace}${metadata.name}`)
    if (own.length === 0 || !('spec' in object)) return object
    const spec = { ...object.spec } as Record<string, unknown>
    for (const direction of ['ingress', 'egress'] as const) {
      const gone = new Set(own.filter((place) => place.direction === direction).map(({ index }) => index))
      const list = spec[direction]
      if (gone.size > 0 && Array.isArray(list)) spec[direction] = list.filter((_, index) => !gone.has(index))
    }
    // Without a rule the direction must stay isolated (S01).
    if (kind === 'NetworkPolicy' && own.some(({ direction }) => direction === 'egress')) {
      const types = new Set([...((spec['policyTypes'] as string[] | null | undefined) ?? ['Ingress']), 'Egress'])
      spec['policyTypes'] = [...types]
    }
    return { ...object, spec } as RawObject
  })
  return { objects }
}

function probesOf(cluster: RawCluster): Probe[] {
  const pods = rawPods(cluster).map(({ metadata }) => `${metadata.namespace ?? 'default'}/${metadata.name}`)
  const ends = [...pods, ...OUTSIDE_ADDRESSES.filter((_, index) => index % 4 === 0)]
  const ports = boundaryPorts(cluster).filter((_, index) => index % 2 === 0)
  return pods.flatMap((pod) =>
    ends.flatMap((end) => {
      if (end === pod) return []
      const families = end.includes('/') ? ([4, 6] as const) : end.includes(':') ? ([6] as const) : ([4] as const)
      const pairs = [[pod, end], ...(end.includes('/') ? [] : [[end, pod]])] as [string, string][]
      return pairs.flatMap(([source, destination]) =>
        families.flatMap((family) =>
          (['TCP', 'UDP', 'SCTP'] as const).flatMap((protocol) =>
            ports.map((port) => ({ source, destination, family, protocol, port })),
          ),
        ),
      )
    }),
  )
}

/** The probes that the reference oracle answers otherwise for the second cluster. */
function changedProbes(before: RawCluster, after: RawCluster): string[] {
  const [first, second] = [before, after].map((cluster) => REFERENCE.read(cluster, 'conformance'))
  return probesOf(before)
    .filter((probe) => first?.(probe) !== second?.(probe))
    .map(formatProbe)
    .slice(0, 5)
}
