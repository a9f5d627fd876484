// The tiers of the admin APIs: order, actions, peers, what fails closed, and what stays open; and against every reading.
import { describe, expect, it } from 'vitest'
import {
  labelled,
  pod,
  at,
  everybody,
  from,
  networks,
  rule,
  port,
  policy,
  admits,
  format,
  web,
  db,
  far,
  host,
  BASE,
} from '../../tests/support/admin-cluster.ts'
import { type ClusterNetworkPolicy, type ClusterPeer, type ClusterRule } from '../policy/cluster-network-policy.ts'
import { EVERYTHING } from '../policy/selector.ts'
import { type Node, type Pod, type Snapshot } from '../policy/snapshot.ts'
import { formatConnections } from '../sets/connection-set.ts'
import { type Address, parseAddress } from '../sets/ip-address.ts'
import { type Endpoint, outsideEndpoint, podEndpoint } from './endpoint.ts'
import { createEngine } from './engine.ts'

function asked(more: Partial<Snapshot>, [source, destination]: readonly [Pod | string, Pod | string]): string {
  const end = (one: Pod | string): Endpoint =>
    typeof one === 'string' ? outsideEndpoint(parseAddress(one) as Address) : podEndpoint(one)
  return format(createEngine({ ...BASE, ...more }).reach(end(source), end(destination), 4))
}

function cluster(...clusterPolicies: ClusterNetworkPolicy[]): Partial<Snapshot> {
  return { clusterPolicies }
}

describe('the tiers of the admin APIs', () => {
  it('decide by the first rule that matches, and leave the rest to what comes after', () => {
    const rules = [
      rule('Accept', [from('prod')], port(80)),
      rule('Deny', [from('prod')], port(80)),
      rule('Deny', [everybody], port(81)),
    ]
    expect(asked(cluster(policy('a', { ingress: rules })), [web, db])).toBe('tcp/1-80,82-65535 udp/* sctp/*')
    expect(asked(cluster(policy('a', { ingress: rules })), [db, db])).toBe('all')
  })

  it('ask policies by priority, not by their place', () => {
    const deny = policy('deny', { priority: 2, ingress: [rule('Deny', [everybody])] })
    const accept = policy('accept', { priority: 1, ingress: [rule('Accept', [everybody], port(80))] })
    expect(asked(cluster(deny, accept), [web, db])).toBe('tcp/80')
    expect(asked(cluster({ ...deny, priority: 0 }, accept), [web, db])).toBe('none')
  })

  it('let an Accept override a NetworkPolicy, in its own direction only', () => {
    const accept = policy('accept', { ingress: [rule('Accept', [everybody], port(80))] })
    const networkPolicies = [admits(443, 'data')]
    expect(asked({ ...cluster(accept), networkPolicies }, [web, db])).toBe('tcp/80,443')
    const closed = { ...admits(443, 'shop'), ingress: undefined, egress: [] }
    expect(asked({ ...cluster(accept), networkPolicies: [...networkPolicies, closed] }, [web, db])).toBe('none')
  })

  it('skip the rest of their tier at a Pass', () => {
    const rules = [rule('Pass', [everybody], port(443)), rule('Deny', [everybody])]
    const networkPolicies = [admits(443, 'data')]
    expect(asked({ ...cluster(policy('a', { ingress: rules })), networkPolicies }, [web, db])).toBe('tcp/443')
    const later = policy('later', { priority: 99, ingress: [rule('Deny', [everybody])] })
    expect(asked(cluster(policy('a', { ingress: rules }), later), [web, db])).toBe('tcp/443')
    expect(asked(cluster(policy('a', { tier: 'baseline', ingress: rules })), [web, db])).toBe('tcp/443')
  })

  it('reach the baseline only where no NetworkPolicy isolates the pod in that direction', () => {
    const deny = policy('base', {
      tier: 'baseline',
      ingress: [rule('Deny', [everybody])],
      egress: [rule('Deny', [everybody], port(1))],
    })
    expect(asked(cluster(deny), [web, db])).toBe('none')
    expect(asked({ ...cluster(deny), networkPolicies: [admits(443, 'data')] }, [web, db])).toBe('tcp/443')
    expect(asked({ ...cluster(deny), networkPolicies: [admits(1, 'data')] }, [web, db])).toBe('none')
  })

  it('match the addresses of pods by networks, and leave it open where an address is not known', () => {
    const deny = policy('a', { egress: [rule('Deny', [networks('10.0.0.2/32')], port(80))] })
    expect(asked(cluster(deny), [web, db])).toBe('tcp/1-79,81-65535 udp/* sctp/*')
    expect(asked(cluster(deny), [web, far])).toBe('all')
    const unknown = pod('later', 'data')
    expect(asked(cluster(deny), [web, unknown])).toBe('tcp/1-79,81-65535 udp/* sctp/*, tcp/80 if pod-address-unknown')
  })

  it('never mean pods on the host network by labels, and mean them by networks and nodes', () => {
    const deny = (peer: ClusterPeer): Partial<Snapshot> =>
      cluster(policy('a', { egress: [rule('Deny', [peer])], ingress: [rule('Deny', [everybody])] }))
    expect(asked(deny(everybody), [web, host])).toBe('all')
    expect(asked(deny(networks('192.168.0.0/24')), [web, host])).toBe('none')
    expect(asked(deny(everybody), [host, '1.1.1.1'])).toBe('all')
    const node: Node = { name: 'n1', labels: new Map([['zone', 'a']]), ...at('192.168.0.1', '172.16.0.9') }
    const zone = (value: string): ClusterPeer => ({ kind: 'nodes', nodes: labelled('zone', value) })
    expect(asked({ ...deny(zone('a')), nodes: [node] }, [web, host])).toBe('none')
    expect(asked({ ...deny(zone('b')), nodes: [node] }, [web, host])).toBe('all')
    expect(asked({ ...deny(zone('a')), nodes: [node] }, [web, '172.16.0.9'])).toBe('none')
    expect(asked({ ...deny(zone('a')), nodes: [node] }, [web, '172.16.0.10'])).toBe('all')
    expect(asked(deny(zone('a')), [web, host])).toBe('none, all if node-unknown')
    expect(asked(deny({ kind: 'nodes', nodes: EVERYTHING }), [web, host])).toBe('none')
    expect(asked(deny(zone('a')), [web, '172.16.0.10'])).toBe('none, all if node-unknown')
    expect(asked(deny(zone('a')), [web, '127.0.0.1'])).toBe('all')
  })

  it('leave open which addresses a domain name has', () => {
    const names: ClusterPeer = { kind: 'domainNames', names: ['example.com'] }
    const rules = [rule('Accept', [names], port(443)), rule('Deny', [networks('0.0.0.0/0')])]
    expect(asked(cluster(policy('a', { egress: rules })), [web, '1.1.1.1'])).toBe('none, tcp/443 if domain-name')
    expect(asked(cluster(policy('a', { egress: rules.slice(0, 1) })), [web, '1.1.1.1'])).toBe('all')
  })

  it('look named ports up on the destination', () => {
    const named: ClusterRule['ports'] = [{ kind: 'named', protocol: 'TCP', name: 'http' }]
    const deny = cluster(
      policy('a', { ingress: [rule('Deny', [everybody], named)], egress: [rule('Deny', [everybody], named)] }),
    )
    expect(asked(deny, [db, web])).toBe('tcp/1-8079,8081-65535 udp/* sctp/*')
    expect(asked(deny, [web, db])).toBe('all')
  })

  it('fail closed where a rule is not understood', () => {
    const unknown: ClusterPeer = { kind: 'unknown' }
    const ports: ClusterRule['ports'] = [{ kind: 'unknown' }]
    for (const action of ['Deny', 'Pass'] as const) {
      expect(
        asked(cluster(policy('a', { ingress: [rule(action, [from('dev'), unknown], port(80))] })), [web, db]),
      ).toBe('none')
      expect(asked(cluster(policy('a', { ingress: [rule(action, [from('dev')], ports)] })), [web, db])).toBe('none')
    }
    const accept = rule('Accept', [everybody, unknown])
    expect(asked(cluster(policy('a', { ingress: [accept, rule('Deny', [everybody], port(80))] })), [web, db])).toBe(
      'tcp/1-79,81-65535 udp/* sctp/*',
    )
  })

  it('depend on a tie only where the order matters', () => {
    const accept = policy('accept', {
      ingress: [rule('Accept', [everybody], port(80)), rule('Deny', [everybody], port(82))],
    })
    const deny = policy('deny', {
      ingress: [rule('Deny', [everybody], [{ kind: 'range', protocol: 'TCP', first: 80, last: 82 }])],
    })
    expect(asked(cluster(accept, deny), [web, db])).toBe('tcp/1-79,83-65535 udp/* sctp/*, tcp/80 if priority-tie')
    const pass = policy('pass', { ingress: [rule('Pass', [everybody], port(80))] })
    expect(asked(cluster(accept, pass), [web, db])).toBe('tcp/1-81,83-65535 udp/* sctp/*')
  })

  it('depend on labels of a namespace that are not known, for Deny and Pass too, as subject and as peer', () => {
    const rules = [rule('Deny', [from('prod')])]
    expect(asked(cluster(policy('a', { ingress: rules })), [far, db])).toBe('none, all if namespace-labels-unknown')
    const subject = { namespaces: labelled('env', 'prod'), pods: EVERYTHING }
    expect(asked(cluster(policy('a', { subject, egress: [rule('Deny', [everybody])] })), [far, db])).toBe(
      'none, all if namespace-labels-unknown',
    )
    const passes = [rule('Pass', [from('prod')]), rule('Deny', [everybody])]
    expect(asked(cluster(policy('a', { ingress: passes })), [far, db])).toBe('none, all if namespace-labels-unknown')
    expect(
      asked(cluster(policy('a', { ingress: [rule('Pass', [from('prod')]), rule('Accept', [everybody])] })), [far, db]),
    ).toBe('all')
  })

  it('say nothing of a pod to itself, nor of what it hears from its own node', () => {
    const deny = cluster(policy('a', { ingress: [rule('Deny', [everybody])], egress: [rule('Deny', [everybody])] }))
    expect(asked(deny, [web, web])).toBe('all')
    const local = pod('local', 'data', { nodeName: 'n1' })
    const wide = cluster(policy('a', { ingress: [{ ...rule('Deny', [{ kind: 'unknown' }]) }] }))
    expect(asked(wide, [host, local])).toBe('all')
    expect(asked(wide, [web, local])).toBe('none')
  })

  it('name the rules that decide, with what each decides', () => {
    const rules = [rule('Pass', [from('dev')]), rule('Accept', [from('prod')], port(80)), rule('Deny', [everybody])]
    const baseline = policy('base', { tier: 'baseline', ingress: [rule('Deny', [everybody])] })
    const engine = createEngine({ ...BASE, ...cluster(policy('a', { ingress: rules }), baseline) })
    const { ingress } = engine.why(podEndpoint(web), podEndpoint(db), 4)
    expect(
      ingress.admin.map(({ rule: { action }, index, connections }) => [action, index, formatConnections(connections)]),
    ).toEqual([
      ['Accept', 1, 'tcp/80'],
      ['Deny', 2, 'tcp/1-79,81-65535 udp/* sctp/*'],
    ])
    expect(ingress.baseline).toHaveLength(1)
    const open = engine.why(podEndpoint(far), podEndpoint(db), 4).ingress.admin
    expect(open.map(({ index, reason }) => [index, reason])).toEqual([
      [0, 'namespace-labels-unknown'],
      [1, 'namespace-labels-unknown'],
      [2, undefined],
    ])
  })

  it('do not name a rule behind one of its own policy that decides whenever the policy applies', () => {
    const asks = { namespaces: { requirements: [{ key: 'env', operator: 'In', values: ['x'] }] }, pods: EVERYTHING }
    const subject = asks as ClusterNetworkPolicy['subject']
    const accept = rule('Accept', [everybody], port(80))
    const perhaps = policy('perhaps', { subject, ingress: [accept, rule('Deny', [everybody], port(80))] })
    const engine = createEngine({ ...BASE, ...cluster(perhaps, policy('after', { priority: 11, ingress: [accept] })) })
    const { ingress, reach } = engine.why(podEndpoint(web), podEndpoint(far), 4)
    expect(format(reach)).toBe('all')
    expect(ingress.admin.map(({ policy: { name }, index, reason }) => [name, index, reason])).toEqual([
      ['perhaps', 0, 'namespace-labels-unknown'],
      ['after', 0, undefined],
    ])
  })

  it('count a policy that perhaps applies as one that decides one way, where it is tied', () => {
    const asks = { namespaces: { requirements: [{ key: 'env', operator: 'In', values: ['x'] }] }, pods: EVERYTHING }
    const subject = asks as ClusterNetworkPolicy['subject']
    const [deny, accept] = [rule('Deny', [everybody]), rule('Accept', [everybody])]
    const tied = cluster(policy('sure', { ingress: [deny] }), policy('perhaps', { subject, ingress: [deny, accept] }))
    const { ingress, reach } = createEngine({ ...BASE, ...tied }).why(podEndpoint(web), podEndpoint(far), 4)
    expect(format(reach)).toBe('none')
    expect(ingress.admin.filter(({ reason }) => reason === 'priority-tie')).toEqual([])
  })
})
