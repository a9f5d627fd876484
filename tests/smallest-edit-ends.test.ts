// The smallest edit where an end is the internet, a node or a block under an admin rule; and why there is none.
import { describe, expect, it } from 'vitest'
import { questionOf } from '../src/analysis/explain-question.ts'
import { explain } from '../src/analysis/explain.ts'
import type { Fix } from '../src/analysis/fix.ts'
import { whyNoEdit } from '../src/edit/no-edit.ts'
import { smallestEdit } from '../src/edit/smallest-edit.ts'
import { formatDiagnostic } from '../src/diag/diagnostic.ts'
import { SPEC } from '../src/engine/profile.ts'
import { policiesInForce } from '../src/intent/policies-in-force.ts'
import { parse } from '../src/parse/parse.ts'

const PODS = `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {nodeName: n2, containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop, labels: {app: agent}}
spec: {hostNetwork: true, nodeName: n1, containers: [{name: c, image: i}]}
status: {podIPs: [{ip: 192.168.7.1}]}
---
apiVersion: v1
kind: Node
metadata: {name: n1, labels: {kubernetes.io/hostname: n1}}
status: {addresses: [{type: InternalIP, address: 192.168.7.1}]}
---
`

const ISOLATED = `${PODS}apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: shop}
spec: {podSelector: {}, policyTypes: [Egress, Ingress]}
`

const BARRED = `${PODS}apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: barred}
spec:
  tier: Admin
  priority: 5
  subject: {namespaces: {}}
  egress:
  - name: all
    action: Deny
    to:
    - networks:
      - 0.0.0.0/0
      - ::/0
    - nodes: {}
    protocols:
    - tcp: {destinationPort: {range: {start: 1, end: 1023}}}
    - tcp: {destinationPort: {range: {start: 9000, end: 9999}}}
    - udp: {destinationPort: {range: {start: 1, end: 65535}}}
    - sctp: {destinationPort: {range: {start: 1, end: 65535}}}
`

function turn(text: string, args: readonly [string, string]): Fix | string {
  const sources = [{ name: 'manifests', text }]
  const { snapshot, diagnostics } = parse(sources)
  expect(diagnostics.map(formatDiagnostic)).toEqual([])
  const asked = questionOf(...args, snapshot)
  if ('diagnostics' in asked) throw new Error(asked.diagnostics.map(formatDiagnostic).join())
  const explanation = explain(snapshot, asked.question)
  const fix = smallestEdit({
    sources,
    parseOptions: {},
    inForce: policiesInForce(snapshot),
    question: asked.question,
    askAgain: (again) => {
      const question = questionOf(...args, again)
      return 'question' in question ? question.question : undefined
    },
    explanation,
    profile: SPEC,
  })
  return fix ?? whyNoEdit(explanation)
}

function added(fix: Fix | string): string {
  if (typeof fix === 'string') return fix
  const lines = fix.files[0]?.diff.split('\n') ?? []
  return lines.filter((line) => /^\+(?!\+)/.test(line)).join('\n')
}

function sideEffects(fix: Fix | string): readonly string[] {
  return typeof fix === 'string' ? [fix] : fix.sideEffects.map((one) => `${one.source} to ${one.destination}`)
}

describe('the smallest edit', () => {
  it('opens the internet without what is private or of special use, and opens no other address', () => {
    const fix = turn(ISOLATED, ['internet', 'shop/web:80'])
    expect(fix).toMatchObject({ verdict: 'Allowed', sideEffects: [] })
    for (const block of ['0.0.0.0/0', '10.0.0.0/8', '169.254.0.0/16', '::/0', 'fc00::/7', 'port: 80']) {
      expect(added(fix)).toContain(block)
    }
    // The policy selects both pods for egress.
    expect(sideEffects(turn(ISOLATED, ['shop/web', 'internet:443']))).toEqual([])
  })

  it('accepts a block, and a node by its host name, before the admin rule that denies them', () => {
    const block = turn(BARRED, ['shop/web', '203.0.113.0/24:443'])
    expect(added(block)).toMatch(/networks:\n\+ *- 203.0.113.0\/24/)
    expect(sideEffects(block)).toEqual([])
    const node = turn(BARRED, ['shop/web', 'shop/agent:9100'])
    expect(added(node)).toMatch(/nodes:\n\+ *matchLabels:\n\+ *kubernetes.io\/hostname: n1/)
  })

  it('is not there without a reason', () => {
    expect(turn(ISOLATED, ['shop/web', 'shop/agent:9100'])).toBe('host-network')
    expect(turn(BARRED, ['shop/agent', 'internet:443'])).toBe('ungoverned')
    const half = BARRED.replace('- 0.0.0.0/0', '- 203.0.113.0/25')
    expect(turn(half, ['shop/web', '203.0.113.0/24:443'])).toBe('mixed')
    const nodes = BARRED.replace(/apiVersion: v1\nkind: Node\n[^]*?---\n/, '').replace(
      /networks:\n.*\n.*/,
      'networks: [10.0.0.0/8]',
    )
    expect(turn(nodes, ['shop/web', '203.0.113.7:443'])).toBe('depends')
  })
})
