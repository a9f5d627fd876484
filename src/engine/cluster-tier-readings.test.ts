// The tiers of the admin APIs on random policies, against every reading of every packet.
import { describe, expect, it } from 'vitest'
import {
  labelled,
  networks,
  rule,
  port,
  policy,
  admits,
  format,
  web,
  db,
  far,
  BASE,
} from '../../tests/support/admin-cluster.ts'
import {
  type Action,
  type ClusterNetworkPolicy,
  type ClusterPeer,
  type ClusterRule,
} from '../policy/cluster-network-policy.ts'
import { EVERYTHING, matches, type Selector } from '../policy/selector.ts'
import { type Namespace, type Pod, type Snapshot } from '../policy/snapshot.ts'
import { hasConnection } from '../sets/connection-set.ts'
import { type Address } from '../sets/ip-address.ts'
import { podEndpoint } from './endpoint.ts'
import { createEngine } from './engine.ts'
import { type Reach } from './reach.ts'
import { randomFrom, type Random } from '../../tests/support/random.ts'

/** Random policies over a few pods, two ports and the labels `env` and `app`. */
function randomPolicies(random: Random): ClusterNetworkPolicy[] {
  const selector = (key: string, values: readonly string[]): Selector =>
    random.pick([
      EVERYTHING,
      labelled(key, random.pick(values)),
      { requirements: [{ key, operator: 'NotIn', values: [random.pick(values)] }] },
    ])
  const envs = ['prod', 'dev']
  const pods = (): ClusterNetworkPolicy['subject'] => ({
    namespaces: selector('env', envs),
    pods: selector('app', ['web', 'db', 'far']),
  })
  const peer = (egress: boolean): ClusterPeer =>
    egress && random.chance(1, 4)
      ? networks(random.pick(['10.0.0.0/30', '10.0.0.2/32', '0.0.0.0/0']))
      : { kind: 'pods', ...pods() }
  const rules = (egress: boolean): ClusterRule[] =>
    random.times(random.below(4), () =>
      rule(
        random.pick(['Accept', 'Deny', 'Pass']),
        random.times(1 + random.below(2), () => peer(egress)),
        random.chance(1, 3) ? 'any' : port(80 + random.below(2)),
      ),
    )
  return random.times(1 + random.below(5), (index) =>
    policy(`p${index}`, {
      tier: random.pick(['admin', 'baseline']),
      priority: random.below(3),
      subject: pods(),
      ingress: rules(false),
      egress: rules(true),
    }),
  )
}

type Decision = Action | 'None'

/** A reference for one packet: all decisions of all readings, worked out from the policies alone. */
class Packet {
  readonly snapshot: Snapshot
  readonly port: number

  constructor(snapshot: Snapshot, number: number) {
    this.snapshot = snapshot
    this.port = number
  }

  #selects({ namespaces, pods }: ClusterNetworkPolicy['subject'], one: Pod): readonly boolean[] {
    if (!matches(pods, one.labels)) return [false]
    const { labels, declared } = this.snapshot.namespaces.get(one.namespace) as Namespace
    return declared || namespaces.requirements.length === 0 ? [matches(namespaces, labels)] : [true, false]
  }

  #rule({ peers, ports }: ClusterRule, other: Pod): readonly boolean[] {
    if (ports !== 'any' && !ports.some((one) => one.kind === 'range' && one.first === this.port)) return [false]
    const answers = peers.map((peer): readonly boolean[] => {
      if (peer.kind === 'pods') return this.#selects(peer, other)
      if (peer.kind !== 'networks') throw new Error('not made here')
      const low = (other.addresses[0] as Address).value as number
      return [
        peer.cidrs.some(
          ({ address, prefix }) =>
            prefix === 0 || low >>> (32 - prefix) === (address.value as number) >>> (32 - prefix),
        ),
      ]
    })
    if (answers.some((answer) => !answer.includes(false))) return [true]
    return answers.some((answer) => answer.includes(true)) ? [true, false] : [false]
  }

  #policy(rules: readonly ClusterRule[], other: Pod): Decision[] {
    const [first, ...rest] = rules
    if (!first) return ['None']
    return this.#rule(first, other).flatMap((hit) => (hit ? [first.action] : this.#policy(rest, other)))
  }

  /** Every order of what is tied, every reading of what is open. */
  #tier(policies: readonly (readonly Decision[])[][]): Decision[] {
    const [first, ...rest] = policies
    if (!first) return ['None']
    const leaders = first.flat().filter((decision) => decision !== 'None')
    return first.every((one) => one.includes('None')) ? [...leaders, ...this.#tier(rest)] : leaders
  }

  direction(direction: 'ingress' | 'egress', subject: Pod, other: Pod): Set<boolean> {
    const tier = (name: string): Decision[] => {
      const ranks = [0, 1, 2].map((priority) =>
        this.snapshot.clusterPolicies
          .filter((one) => one.tier === name && one.priority === priority)
          .map((one) =>
            this.#selects(one.subject, subject).flatMap((on) =>
              on ? this.#policy(one[direction], other) : (['None'] as const),
            ),
          ),
      )
      return this.#tier(ranks)
    }
    const last = (): boolean[] => {
      const isolating = this.snapshot.networkPolicies.filter(
        (one) => one.namespace === subject.namespace && one[direction] !== undefined,
      )
      if (isolating.length > 0) return [this.port === 80 && direction === 'ingress']
      return tier('baseline').map((decision) => decision !== 'Deny')
    }
    return new Set(tier('admin').flatMap((one) => (one === 'Accept' ? [true] : one === 'Deny' ? [false] : last())))
  }

  verdict(source: Pod, destination: Pod): string {
    const [out, into] = [this.direction('egress', source, destination), this.direction('ingress', destination, source)]
    if (!out.has(false) && !into.has(false)) return 'Allowed'
    return out.has(true) && into.has(true) ? 'Depends' : 'Denied'
  }
}

function verdictOf({ allowed, depends }: Reach, number: number): string {
  if (hasConnection(allowed, 'TCP', number)) return 'Allowed'
  return depends.some(({ connections }) => hasConnection(connections, 'TCP', number)) ? 'Depends' : 'Denied'
}

describe('the tiers of the admin APIs on random policies', () => {
  it('agree with every reading of every packet, and so do the blocks of the whole answer', () => {
    const counts = new Map<string, number>()
    for (let seed = 0; seed < 400; seed++) {
      const random = randomFrom(seed)
      const clusterPolicies = randomPolicies(random)
      const networkPolicies = random.chance(1, 2) ? [admits(80, random.pick(['shop', 'data', 'gone']))] : []
      const pods = [web, db, far]
      const snapshot = { ...BASE, pods, clusterPolicies, networkPolicies }
      const engine = createEngine(snapshot)
      const { groups, blocks } = engine.reachability()
      const groupOf = (one: Pod): number =>
        groups.findIndex((group) => group.kind === 'pods' && group.pods.includes(one))
      for (const source of pods) {
        for (const destination of pods) {
          if (source === destination) continue
          const reach = engine.reach(podEndpoint(source), podEndpoint(destination), 4)
          const block = blocks.find(
            ({ sources, destinations, families }) =>
              sources.includes(groupOf(source)) && destinations.includes(groupOf(destination)) && families.includes(4),
          )
          expect(block ? format(block.reach) : 'none').toBe(format(reach))
          for (const number of [80, 81, 82]) {
            const verdict = new Packet(snapshot, number).verdict(source, destination)
            expect(`${seed} ${source.name} ${destination.name} ${number} ${verdictOf(reach, number)}`).toBe(
              `${seed} ${source.name} ${destination.name} ${number} ${verdict}`,
            )
            counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
          }
        }
      }
    }
    expect(Math.min(...['Allowed', 'Denied', 'Depends'].map((verdict) => counts.get(verdict) ?? 0))).toBeGreaterThan(
      100,
    )
  })
})
