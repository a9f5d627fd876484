// The seed example on real nodes: nine connections before and after its rendered policy, each denial beside a connection that works.
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { AGNHOST_IMAGE } from '../../scripts/cluster/images.ts'
import { type RealCluster, describeOnCluster } from './support/real-cluster.ts'

interface Pod {
  readonly name: string
  readonly namespace: string
  readonly app: string
  /** Index of its node. */
  readonly node: number
  readonly port: number
}

const MODELS = 'ai-models'
const PODS: readonly Pod[] = [
  { name: 'slm', namespace: MODELS, app: 'small-language-model', node: 0, port: 8080 },
  { name: 'feature-api', namespace: MODELS, app: 'feature-api', node: 0, port: 3000 },
  { name: 'feature-api-far', namespace: MODELS, app: 'feature-api', node: 1, port: 3000 },
  { name: 'stranger', namespace: MODELS, app: 'batch-job', node: 0, port: 3000 },
  { name: 'stranger-far', namespace: MODELS, app: 'batch-job', node: 1, port: 3000 },
  { name: 'feature-api', namespace: 'other-team', app: 'feature-api', node: 1, port: 3000 },
]

/** From a pod to a pod or an address outside, and whether the moat lets it. */
const PROBES: readonly (readonly [from: string, to: string, allowed: boolean])[] = [
  ['ai-models/feature-api', 'ai-models/slm', true],
  ['ai-models/feature-api-far', 'ai-models/slm', true],
  ['ai-models/stranger', 'ai-models/slm', false],
  ['ai-models/stranger-far', 'ai-models/slm', false],
  ['other-team/feature-api', 'ai-models/slm', false],
  ['ai-models/slm', 'ai-models/feature-api', false],
  ['ai-models/slm', '203.0.113.10', true],
  ['ai-models/slm', '198.51.100.10', false],
  ['ai-models/stranger', '198.51.100.10', true],
]

function manifest({ name, namespace, app, port }: Pod, node: string): object {
  const args = ['netexec', `--http-port=${port}`, '--udp-port=-1']
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { app } },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'agnhost', image: AGNHOST_IMAGE, imagePullPolicy: 'Never', args }],
    },
  }
}

function seedExample(cluster: () => RealCluster): void {
  const addresses = new Map<string, string>()

  beforeAll(async () => {
    const { kubectl } = cluster()
    const nodes = (await kubectl(['get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}'])).split(' ')
    const namespaces = [MODELS, 'other-team'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    }))
    const pods = PODS.map((pod) => manifest(pod, nodes[pod.node] ?? (nodes[0] as string)))
    const list = (items: readonly object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    await kubectl(['apply', '-f', '-'], list(namespaces))
    // No pod is taken before its namespace has this account.
    for (const name of [MODELS, 'other-team'])
      await kubectl(['wait', '-n', name, 'serviceaccount/default', '--for=create', '--timeout=60s'])
    await kubectl(['apply', '-f', '-'], list(pods))
    for (const { name, namespace, port } of PODS) {
      await kubectl(['wait', '-n', namespace, `pod/${name}`, '--for=condition=Ready', '--timeout=120s'])
      const address = await kubectl(['get', 'pod', '-n', namespace, name, '-o', 'jsonpath={.status.podIP}'])
      addresses.set(`${namespace}/${name}`, `${address}:${port}`)
    }
    for (const address of cluster().outside) addresses.set(address, `${address}:8080`)
  })

  afterAll(async () => {
    await cluster().kubectl(['delete', 'namespace', MODELS, 'other-team', '--wait=true', '--timeout=120s'])
  })

  /** Whether the handshake completes. A refusal and silence are both "no", which only the connections that work make evidence. */
  async function connects(from: string, to: string): Promise<boolean> {
    const [namespace, name] = from.split('/') as [string, string]
    const address = addresses.get(to) as string
    const command = ['exec', '-n', namespace, name, '--', '/agnhost', 'connect', address, '--timeout=2s']
    try {
      await cluster().kubectl(command)
      return true
    } catch (error) {
      const text = String((error as { readonly stderr?: string }).stderr)
      if (/TIMEOUT|REFUSED|OTHER/.test(text)) return false
      throw error
    }
  }

  function probes(): typeof PROBES {
    return PROBES.filter(([, to]) => addresses.has(to))
  }

  it('lets everybody through before it has a policy', async () => {
    for (const [from, to] of probes()) expect(await connects(from, to), `${from} to ${to}`).toBe(true)
  })

  it('keeps the model to its callers and its approved range once its policy is in force', async () => {
    const policy = execFileSync(process.execPath, ['bin/moat.mjs', 'render', 'examples/seed'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await cluster().kubectl(['apply', '--server-side', '--field-manager=modelmoat', '-f', '-'], policy)
    await expect
      .poll(async () => connects('ai-models/stranger', 'ai-models/slm'), { timeout: 60_000, interval: 200 })
      .toBe(false)
    await expect
      .poll(async () => connects('ai-models/slm', 'ai-models/feature-api'), { timeout: 60_000, interval: 200 })
      .toBe(false)
    // The whole table twice: what is allowed shows that the targets answer, before and after what is denied.
    for (const round of [1, 2])
      for (const [from, to, allowed] of probes())
        expect(await connects(from, to), `${from} to ${to}, round ${round}`).toBe(allowed)
  })

  it('lets everybody through again when the policy is gone', async () => {
    await cluster().kubectl(['delete', 'networkpolicy', '-n', MODELS, 'slm-isolation'])
    await expect
      .poll(async () => connects('ai-models/stranger-far', 'ai-models/slm'), { timeout: 60_000, interval: 200 })
      .toBe(true)
  })
}

describeOnCluster('the seed example', seedExample, 'iptables')
describeOnCluster('the seed example with rules by iptables-nft', seedExample, 'nftables')
