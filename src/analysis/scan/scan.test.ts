import { describe, expect, it } from 'vitest'
import { sound } from '../../../tests/support/manifests.ts'
import { type Scan, scan, type ScannedServer } from './scan.ts'

const NAMESPACES = `
apiVersion: v1
kind: Namespace
metadata: {name: ai}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
`

interface PodParts {
  readonly labels?: string
  readonly image?: string
  readonly ports?: string
  readonly more?: string
}

function podText(
  name: string,
  { labels = `app: ${name.split('/')[1]}`, image, ports, more = '' }: PodParts = {},
): string {
  const [namespace, own] = name.split('/')
  return `---
apiVersion: v1
kind: Pod
metadata: {name: ${own}, namespace: ${namespace}, labels: {${labels}}}
spec:
  ${more}
  containers:
  - name: main
    image: ${image ?? 'registry.example/app:1'}
    ports: [${ports ?? ''}]
`
}

const OLLAMA = podText('ai/slm', { image: 'ollama/ollama:0.35', ports: '{containerPort: 11434}' })
const WEB = podText('shop/web')
const CALLER = podText('ai/caller')

function policyText(spec: string): string {
  return `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: ai}
spec:
  podSelector: {matchLabels: {app: slm}}
${spec}
`
}

function scanned(...parts: readonly string[]): Scan {
  return scan(sound([NAMESPACES, ...parts].join('')))
}

function only({ servers }: Scan): ScannedServer {
  const [server, ...others] = servers
  if (!server || others.length > 0) throw new Error(`${servers.length} servers`)
  return server
}

function lost({ criteria }: ScannedServer): string[] {
  return criteria.filter(({ points, of }) => points < of).map(({ id, points }) => `${id} ${points}`)
}

function names({ map }: Scan, ids: readonly number[]): string[] {
  return ids.map((id) => map.endpoints[id]?.label ?? '')
}

describe('the scan', () => {
  it('finds a server without policies open to everybody, with no point', () => {
    const found = scanned(OLLAMA, WEB)
    const server = only(found)
    expect(server).toMatchObject({ runtime: 'Ollama', certainty: 'sure', apiPorts: [11_434], score: 10 })
    expect(names(found, server.callers.sure)).toEqual(['shop/web', 'the Internet'])
    expect(lost(server)).toEqual(['callers 0', 'ports 0', 'internet 0', 'metadata 0', 'cluster 0', 'dns 0'])
  })

  it('gives every point to one that only its caller reaches, on its port, and that reaches nobody', () => {
    const found = scanned(
      OLLAMA,
      WEB,
      CALLER,
      policyText(`  policyTypes: [Ingress, Egress]
  ingress: [{from: [{podSelector: {matchLabels: {app: caller}}}], ports: [{port: 11434}]}]`),
    )
    const server = only(found)
    expect(server.score).toBe(100)
    expect(names(found, server.callers.sure)).toEqual(['ai/caller'])
    expect(server.destinations).toEqual({ sure: [], perhaps: [] })
  })

  it.each([
    ['{from: [{podSelector: {}}], ports: [{port: 11434}]}', 'callers 20'],
    ['{from: [{namespaceSelector: {}}], ports: [{port: 11434}]}', 'callers 5'],
    [
      '{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}], ports: [{port: 11434}]}',
      'callers 10',
    ],
    [
      '{from: [{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [x]}]}}], ports: [{port: 11434}]}',
      'callers 20',
    ],
    ['{from: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 11434}]}', 'callers 0'],
    ['{from: [{podSelector: {matchLabels: {app: caller}}}]}', 'ports 0'],
  ])('judges pods that could exist, not only those that are there: %s', (rule, expected) => {
    const server = only(scanned(OLLAMA, CALLER, policyText(`  policyTypes: [Ingress, Egress]\n  ingress: [${rule}]`)))
    expect(lost(server)).toEqual([expected])
  })

  it.each([
    ['{to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 443}]}', []],
    ['{to: [{ipBlock: {cidr: 169.254.169.254/32}}], ports: [{port: 80}]}', ['metadata 0']],
    [
      '{to: [{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{port: 53, protocol: UDP}]}',
      ['dns 0'],
    ],
    ['{to: [{podSelector: {}}], ports: [{port: 80}]}', ['cluster 5']],
    [
      '{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.0.0/16, 168.63.129.16/32, 100.64.0.0/10]}}], ports: [{port: 443}]}',
      ['internet 0', 'cluster 0'],
    ],
  ])('judges where it can go: %s', (rule, expected) => {
    const server = only(scanned(OLLAMA, CALLER, policyText(`  policyTypes: [Ingress, Egress]\n  egress: [${rule}]`)))
    expect(lost(server)).toEqual(expected)
  })

  it('gives nothing to a server on the network of its node, whatever its policies say', () => {
    const text = podText('ai/slm', { image: 'vllm/vllm-openai:v1', more: 'hostNetwork: true' })
    const server = only(scanned(text, policyText('  policyTypes: [Ingress, Egress]')))
    expect(server).toMatchObject({ runtime: 'vLLM', score: 0 })
    expect(lost(server)).toEqual(['pod-network 0'])
  })

  it('takes a Service that the outside can reach for a way in', () => {
    const service = `---
apiVersion: v1
kind: Service
metadata: {name: slm, namespace: ai}
spec: {type: NodePort, selector: {app: slm}, ports: [{port: 80, targetPort: 11434}]}
`
    const server = only(scanned(OLLAMA, service, policyText('  policyTypes: [Ingress, Egress]')))
    expect(lost(server)).toEqual(['ways-in 0'])
  })

  it.each([
    ['its image under another registry', { image: 'mirror.example/ggml-org/llama.cpp:server' }, 'sure', 'llama.cpp'],
    [
      'its label of a platform',
      { labels: 'app: slm, kaito.sh/workspace: phi', ports: '{containerPort: 5000}' },
      'likely',
      undefined,
    ],
    [
      'its port, where that is telling',
      { image: 'registry.example/own:1', ports: '{containerPort: 11434}' },
      'likely',
      'Ollama',
    ],
  ] as const)('knows a server by %s', (_, parts, ...expected) => {
    const server = only(scanned(podText('ai/slm', parts), WEB))
    expect([server.certainty, server.runtime]).toEqual(expected)
  })

  it('does not take a caller with variables of a runtime for a server', () => {
    const caller = podText('ai/caller', { image: 'registry.example/web:1', ports: '{containerPort: 3000}' }).replace(
      '    ports',
      '    env: [{name: OLLAMA_HOST, value: "http://slm:11434"}]\n    ports',
    )
    expect(scanned(caller).servers).toEqual([])
  })

  it('judges a server that is scaled to no pods as it will be', () => {
    const resting = `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: slm, namespace: ai}
spec:
  replicas: 0
  selector: {matchLabels: {app: slm}}
  template:
    metadata: {labels: {app: slm}}
    spec: {containers: [{name: main, image: 'ollama/ollama:0.35'}]}
`
    expect(only(scanned(resting, WEB))).toMatchObject({ resting: true, apiPorts: [11_434], score: 10 })
  })
})
