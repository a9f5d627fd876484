// Compiled peers: equal ones share one form, different ones never do.
import { describe, expect, it } from 'vitest'
import type { Peer } from '../policy/network-policy.ts'
import type { Requirement, Selector } from '../policy/selector.ts'
import { type Cidr, parseCidr } from '../sets/ip-address.ts'
import { PeerCompiler } from './compiled-peer.ts'
import { CONFORMANCE } from './profile.ts'

function asks(...requirements: [key: string, operator: Requirement['operator'], ...values: string[]][]): Selector {
  return { requirements: requirements.map(([key, operator, ...values]) => ({ key, operator, values })) }
}

function pods(selector: Selector, namespaces: 'own' | Selector = 'own'): Peer {
  return { kind: 'pods', namespaces, pods: selector }
}

function block(cidr: string, ...except: string[]): Peer {
  const read = (text: string): Cidr => parseCidr(text) as Cidr
  return { kind: 'ipBlock', cidr: read(cidr), except: except.map(read) }
}

/** All different in meaning from each other, for a policy of namespace `a`. */
const DIFFERENT: readonly (() => Peer)[] = [
  () => pods(asks()),
  () => pods(asks(), asks()),
  () => pods(asks(['app', 'In', 'a'])),
  () => pods(asks(['app', 'In', 'b'])),
  () => pods(asks(['tier', 'In', 'a'])),
  () => pods(asks(['app', 'NotIn', 'a'])),
  () => pods(asks(['app', 'In', 'a', 'b'])),
  () => pods(asks(['app', 'In', 'a,b'])),
  () => pods(asks(['app', 'Exists'])),
  () => pods(asks(['app', 'DoesNotExist'])),
  () => pods(asks(['app', 'In', 'a'], ['tier', 'In', 'b'])),
  () => pods(asks(['app', 'In', 'a']), asks(['app', 'In', 'a'])),
  () => pods(asks(['app', 'In', 'a']), asks(['app', 'In', 'b'])),
  () => pods(asks(['app', 'In', 'b']), asks(['app', 'In', 'a'])),
  () => block('10.0.0.0/8'),
  () => block('10.0.0.0/9'),
  () => block('10.128.0.0/9'),
  () => block('10.0.0.0/8', '10.0.0.0/9'),
  () => block('10.0.0.0/8', '10.0.0.0/9', '10.128.0.0/10'),
  () => block('0.0.0.0/0'),
  () => block('::/0'),
]

describe('compiled peers', () => {
  it('are shared by peers that say the same', () => {
    const compiler = new PeerCompiler(CONFORMANCE)
    for (const make of DIFFERENT) expect(compiler.compile(make(), 'a')).toBe(compiler.compile(make(), 'a'))
  })

  it('are never shared by peers that differ', () => {
    const compiler = new PeerCompiler(CONFORMANCE)
    expect(new Set(DIFFERENT.map((make) => compiler.compile(make(), 'a'))).size).toBe(DIFFERENT.length)
  })

  it('of the own namespace differ by the namespace, those of any namespace do not', () => {
    const compiler = new PeerCompiler(CONFORMANCE)
    expect(compiler.compile(pods(asks()), 'a')).not.toBe(compiler.compile(pods(asks()), 'b'))
    expect(compiler.compile(pods(asks(), asks()), 'a')).toBe(compiler.compile(pods(asks(), asks()), 'b'))
    expect(compiler.compile(block('10.0.0.0/8'), 'a')).toBe(compiler.compile(block('10.0.0.0/8'), 'b'))
  })
})
