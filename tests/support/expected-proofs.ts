// What brute force over all pods that could exist says of each claim about a Moat, by the claim's id.
import type { Proof } from '../../src/analysis/proof.ts'
import { type Profile } from '../../src/engine/profile.ts'
import { parseCidr } from '../../src/sets/ip-address.ts'
import { hasAddress, ipSetOf } from '../../src/sets/ip-set.ts'
import {
  ALL_CONNECTIONS,
  connection,
  intersectConnections,
  isEmpty,
  NO_CONNECTIONS,
  subtractConnections,
  unionConnections,
} from '../../src/sets/connection-set.ts'
import type { AssertionEnd, MoatEgress, MoatPort } from '../../src/policy/moat-spec.ts'
import type { Selector } from '../../src/policy/selector.ts'
import { type Moat, NAMESPACE_NAME_LABEL, type Pod } from '../../src/policy/snapshot.ts'
import {
  expectDenial,
  expectPromise,
  expectSome,
  inBlock,
  means,
  outside,
  portsOn,
  type Question,
  stated,
  statedOut,
  type Stranger,
  strangers,
  type Verdict,
  type World,
  worldsOf,
} from './possible-worlds.ts'
import type { MoatCase } from './random-moats.ts'

const RANK: readonly Verdict[] = ['PROVEN', 'OUT_OF_SCOPE', 'REFUTED']

/** The verdict of a claim made of parts: refuted by one is refuted, open in one is open. */
function worst(verdicts: readonly Verdict[]): Verdict {
  return RANK[Math.max(0, ...verdicts.map((verdict) => RANK.indexOf(verdict)))] as Verdict
}

const DNS = unionConnections(connection('UDP', 53), connection('TCP', 53))
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']
const METADATA = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::254/128', '168.63.129.16/32', '100.100.100.200/32']

/** What brute force says of each claim, by the claim's id; claims that share an answer share an entry. */
export function expected(found: MoatCase, profile: Profile): Record<string, Verdict> {
  const { snapshot, moat } = found
  const model = snapshot.pods.find(({ name }) => name === 'slm') as Pod
  const worlds = worldsOf(snapshot, profile)
  const addressed = profile.ipBlockOverPods !== 'never' || snapshot.clusterPolicies.length > 0
  const possible = {
    source: strangers('source', addressed).map((pod) => ({ pod })),
    destination: strangers('destination', addressed).map((pod) => ({ pod })),
  }
  const pods = (role: 'source' | 'destination') => possible[role]
  const addresses = outside().map((address) => ({ address }))
  const into = (about: Question['about']): Question => ({
    model,
    role: 'source',
    engine: 'both',
    strangers: pods('source'),
    about,
  })
  const out = (strangers: readonly Stranger[], about: Question['about']): Question => ({
    model,
    role: 'destination',
    engine: 'both',
    strangers,
    about,
  })
  const podOf = (stranger: Stranger): Pod => ('pod' in stranger ? stranger.pod : model)

  const opened = moat.spec.callers
    .map(({ ports }) => portsOn(model, ports.length === 0 ? [{ port: 8080, protocol: 'TCP' }] : ports))
    .reduce(unionConnections, NO_CONNECTIONS)
  const unstated = (world: World, stranger: Stranger) =>
    subtractConnections(ALL_CONNECTIONS, stated(world, moat, { model, pod: podOf(stranger) }))
  const others = into((world, stranger) => subtractConnections(unstated(world, stranger), opened))
  const entrants = into((world, stranger) => intersectConnections(unstated(world, stranger), opened))

  const beyond: Question['about'] = (world, stranger, family) =>
    subtractConnections(ALL_CONNECTIONS, statedOut(world, moat, { stranger, family }))
  const beyondDns: Question['about'] = (...args) => intersectConnections(beyond(...args), DNS)
  const ranges = (texts: readonly string[]): Verdict => {
    const blocks = texts.map((text) => ipSetOf(parseCidr(text) as NonNullable<ReturnType<typeof parseCidr>>))
    const everywhere = outside()
    const inside = everywhere.filter((address) => blocks.some((block) => hasAddress(block, address)))
    const blocksOf = moat.spec.egress.flatMap(({ to, ports }) => (to.kind === 'cidr' ? [{ to, ports }] : []))
    // A block excuses when all of it lies within: here, when no address outside the ranges is in it.
    const excusing = blocksOf.filter(({ to }) => !everywhere.some((one) => inBlock(to, one) && !inside.includes(one)))
    const about: Question['about'] = (_, stranger) =>
      excusing
        .filter(({ to }) => 'address' in stranger && inBlock(to, stranger.address))
        .reduce((rest, { ports }) => subtractConnections(rest, portsOn(undefined, ports)), ALL_CONNECTIONS)
    return expectDenial(
      worlds,
      out(
        inside.map((address) => ({ address })),
        about,
      ),
    )
  }

  const callers = moat.spec.callers.map((caller): [string, Verdict] => {
    const open = portsOn(model, caller.ports.length === 0 ? [{ port: 8080, protocol: 'TCP' }] : caller.ports)
    const about: Question['about'] = (world, stranger) =>
      means(world, caller, podOf(stranger)) ? open : NO_CONNECTIONS
    const present = snapshot.pods.filter(
      (pod) => pod !== model && worlds.flat().every((world) => means(world, caller, pod)),
    )
    const inside = expectPromise(worlds, { ...into(about), engine: 'ingress' })
    const whole =
      present.length > 0
        ? expectPromise(worlds, { ...into(about), strangers: present.map((pod) => ({ pod })) })
        : expectSome(worlds, into(about))
    return [`caller/${caller.name}`, worst([inside, whole])]
  })

  const outlets = outletsOf(moat).map(({ id, to, ports }): [string, Verdict] => {
    const meant = (world: World, stranger: Stranger): boolean =>
      'pod' in stranger
        ? to.kind === 'pods' && means(world, to, stranger.pod)
        : to.kind === 'cidr' && inBlock(to, stranger.address)
    const about: Question['about'] = (world, stranger) =>
      meant(world, stranger) ? portsOn('pod' in stranger ? stranger.pod : undefined, ports) : NO_CONNECTIONS
    const all = to.kind === 'pods' ? pods('destination') : addresses
    const inside = expectPromise(worlds, { ...out(all, about), engine: 'egress' })
    if (to.kind === 'cidr') return [id, inside]
    const present = snapshot.pods.filter(
      (pod) => pod !== model && worlds.flat().every((world) => meant(world, { pod })),
    )
    // A port is promised where the Moat names it; else that there is some.
    const whole =
      present.length === 0
        ? expectSome(worlds, out(pods('destination'), about))
        : worst(present.map((pod) => (ports.length === 0 ? expectSome : expectPromise)(worlds, out([{ pod }], about))))
    return [id, worst([inside, whole])]
  })

  const ends = (end: AssertionEnd, list: readonly Stranger[]): readonly Stranger[] =>
    end.kind === 'model'
      ? [{ pod: model }]
      : end.kind === 'cidr'
        ? addresses.filter(({ address }) => hasAddress(ipSetOf(end.cidr), address))
        : list
  const assertions = moat.spec.assertions.map((assertion): [string, Verdict] => {
    const { from, ports, expect } = assertion
    // From the model to the model: to another pod that the Moat selects.
    const to: AssertionEnd =
      expect !== 'Only' && from.kind === 'model' && assertion.to.kind === 'model'
        ? { kind: 'pods', namespaces: 'own', pods: moat.spec.model.pods }
        : assertion.to
    const is = (end: AssertionEnd, world: World, one: Stranger) =>
      end.kind !== 'pods' || ('pod' in one && means(world, end, one.pod))
    const sources = ends(from, from.kind === 'pods' ? pods('source') : [])
    const destinations = ends(to, to.kind === 'pods' ? pods('destination') : [])
    const judge = expect === 'Allowed' ? expectPromise : expectDenial
    // Only: everybody but those named is asked about, pods and addresses; the model stands for all pods that its Moat selects.
    const named: AssertionEnd =
      from.kind === 'model' ? { kind: 'pods', namespaces: 'own', pods: moat.spec.model.pods } : from
    const isNamed = (world: World, one: Stranger) =>
      named.kind === 'pods'
        ? 'pod' in one && means(world, named, one.pod)
        : named.kind === 'cidr' && 'address' in one && hasAddress(ipSetOf(named.cidr), one.address)
    const everybody = to.kind === 'cidr' ? pods('source') : [...pods('source'), ...addresses]
    const nobodyNamed =
      named.kind === 'pods' &&
      from.kind !== 'model' &&
      !worlds.flat().some((world) => pods('source').some((one) => isNamed(world, one)))
    let asked = false
    const verdicts = destinations.map((destination) => {
      const about: Question['about'] = (world, source) => {
        const spoken = expect === 'Only' ? !isNamed(world, source) : is(from, world, source)
        if (!spoken || !is(to, world, destination)) return NO_CONNECTIONS
        const open = portsOn('pod' in destination ? destination.pod : undefined, ports)
        if (!isEmpty(open)) asked = true
        return open
      }
      const strangers = expect === 'Only' ? everybody : sources
      return judge(worlds, { model: destination, role: 'source', engine: 'both', strangers, about })
    })
    return [
      `assertion/${assertion.name}`,
      asked && !(expect === 'Only' && nobodyNamed) ? worst(verdicts) : 'OUT_OF_SCOPE',
    ]
  })

  return {
    ...Object.fromEntries(outlets),
    ...Object.fromEntries(assertions),
    entrants: expectDenial(worlds, entrants),
    'other-ports': expectDenial(worlds, others),
    'no-outside': expectDenial(worlds, { ...into(() => ALL_CONNECTIONS), strangers: addresses }),
    'egress-only': worst([
      expectDenial(worlds, out(pods('destination'), beyond)),
      expectDenial(worlds, out(addresses, beyond)),
    ]),
    dns: worst([
      expectDenial(worlds, out(pods('destination'), beyondDns)),
      expectDenial(worlds, out(addresses, beyondDns)),
    ]),
    private: ranges(PRIVATE),
    metadata: ranges(METADATA),
    ...Object.fromEntries(callers),
  }
}

interface Way {
  readonly id: string
  readonly to: MoatEgress['to']
  readonly ports: readonly MoatPort[]
}

/** Where the Moat says the model may go, by the id of the claim that it can. */
function outletsOf({ spec }: Moat): Way[] {
  const label = (key: string, value: string): Selector => ({ requirements: [{ key, operator: 'In', values: [value] }] })
  const dns: Way = {
    id: 'dns-works',
    to: { kind: 'pods', namespaces: label(NAMESPACE_NAME_LABEL, 'kube-system'), pods: label('k8s-app', 'kube-dns') },
    ports: [
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ],
  }
  const peers: Way = { id: 'peers-works', to: { kind: 'pods', namespaces: 'own', pods: spec.model.pods }, ports: [] }
  return [
    ...spec.egress.map(({ name, to, ports }) => ({ id: `egress/${name}`, to, ports })),
    ...(spec.dns === 'Cluster' ? [dns] : []),
    ...(spec.model.peers === 'Self' ? [peers] : []),
  ]
}

export function proven({ claims }: Proof): Record<string, Verdict> {
  const entrants = claims.filter(({ id }) => id.startsWith('only-entrants/')).map(({ verdict }) => verdict)
  const others = claims.filter(({ id }) => !id.startsWith('only-entrants/'))
  return { entrants: worst(entrants), ...Object.fromEntries(others.map(({ id, verdict }) => [id, verdict])) }
}

/**
 * What may be said for what is expected: labels that are not known asked about twice count as two questions (decision
 * 020), so where the model's namespace has no object a claim may be out of scope that could be decided.
 */
export function allowing(
  said: Record<string, Verdict>,
  all: Record<string, Verdict>,
  { snapshot }: MoatCase,
): Record<string, Verdict> {
  if (snapshot.namespaces.get('m')?.declared) return all
  return Object.fromEntries(
    Object.entries(all).map(([id, verdict]) => [id, said[id] === 'OUT_OF_SCOPE' ? 'OUT_OF_SCOPE' : verdict]),
  )
}
