// Address blocks at the edges: loopback, multicast, link-local, the sandbox's own; every cell as predicted, none broken by routing.
import { describe, expect, it } from 'vitest'
import { noSandbox } from '../support/skip.ts'
import { reportOf, runMoat } from '../support/up.ts'

const BLOCKS = [
  ['fec0::/10', '8000::/1', '2002::/16', 'fe7f::/16'],
  ['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/4', '169.254.0.0/16', '169.254.1.1/32'],
  ['192.168.244.0/24', '192.168.244.1/32', '10.244.255.255/32', '223.255.255.255/32'],
  ['ff00::/8', 'fe80::/10', 'fd00:244::/64', 'fd00:96::/112', '::1/128'],
] as const

function input(blocks: readonly string[]): string {
  const peers = blocks.map((cidr) => ({ ipBlock: { cidr } }))
  const pods = ['slm', 'other'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'ai', labels: { app: name } },
    spec: { containers: [{ name, ports: [{ containerPort: 8080 }] }] },
  }))
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'odd', namespace: 'ai' },
    spec: {
      podSelector: { matchLabels: { app: 'slm' } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: peers }],
      egress: [{ to: peers }],
    },
  }
  return [...pods, policy].map((object) => `${JSON.stringify(object)}\n`).join('---\n')
}

describe.skipIf(noSandbox())(`odd address blocks [${noSandbox() ?? 'sandbox'}]`, () => {
  it.each(BLOCKS.map((blocks) => ({ blocks })))('$blocks are enforced as predicted', async ({ blocks }) => {
    const outcome = await runMoat(['up', '-', '--once', '-o', 'json'], { input: input(blocks) })
    const { summary, cells } = reportOf(outcome)
    expect({ status: outcome.status, leftFiles: outcome.leftFiles }).toEqual({ status: 0, leftFiles: [] })
    expect(summary).toMatchObject({ disagree: 0, inconclusive: 0 })
    expect(cells.some(({ observed }) => observed === 'Denied')).toBe(true)
  })
})
