// The examples: each is read without a complaint it does not explain, renders, and means what its text says.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SourceFile } from '../src/diag/source.ts'
import { createEngine } from '../src/engine/engine.ts'
import { type InForce, policiesInForce } from '../src/intent/policies-in-force.ts'
import { parse } from '../src/parse/parse.ts'
import { podsOf } from '../src/policy/endpoints.ts'
import type { NetworkPolicy } from '../src/policy/network-policy.ts'
import { qualifiedName, type Snapshot } from '../src/policy/snapshot.ts'
import { manifestsJson, manifestsYaml } from '../src/render/manifest.ts'
import { formatConnections } from '../src/sets/connection-set.ts'
import { parseAddress } from '../src/sets/ip-address.ts'

const root = resolve(import.meta.dirname, '..')

function filesOf(example: string, names?: readonly string[]): SourceFile[] {
  const folder = join(root, 'examples', example)
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml') && (names?.includes(name) ?? true))
    .sort()
    .map((name) => ({ name: `examples/${example}/${name}`, text: readFileSync(join(folder, name), 'utf8') }))
}

function read(example: string, names?: readonly string[]): { snapshot: Snapshot; inForce: InForce; codes: string[] } {
  const { snapshot, diagnostics } = parse(filesOf(example, names))
  const inForce = policiesInForce(snapshot)
  const codes = [...diagnostics, ...inForce.diagnostics].map(({ severity, code }) => `${severity} ${code}`)
  return { snapshot, inForce, codes }
}

function rendered(inForce: InForce) {
  return inForce.moats.flatMap((moat) => moat.rendered.rendered)
}

/** A policy without its places in the input. */
function bare(policy: NetworkPolicy): unknown {
  return JSON.parse(
    JSON.stringify(policy, (key, value: unknown) =>
      key === 'span' ? undefined : typeof value === 'bigint' ? `${value}` : value,
    ),
  )
}

/** What the policies let through from one end to the other: `namespace/pod`, or an outside address. */
function reach(snapshot: Snapshot, source: string, destination: string): string {
  const pods = podsOf(snapshot)
  const engine = createEngine(snapshot)
  const end = (name: string) => {
    const address = parseAddress(name)
    if (address) return { kind: 'outside', address } as const
    const pod = pods.find((candidate) => qualifiedName(candidate) === name)
    if (!pod) throw new Error(`no pod ${name} among ${pods.map(qualifiedName).join(', ')}`)
    return { kind: 'pod', pod } as const
  }
  const family = [source, destination].some((name) => name.includes(':')) ? 6 : 4
  return formatConnections(engine.reach(end(source), end(destination), family).allowed)
}

const EXAMPLES = ['seed', 'ollama-rag', 'dual-stack', 'plain-policies', 'admin']

describe('the examples', () => {
  it('are all here', () => {
    expect(readdirSync(join(root, 'examples')).sort()).toEqual([...EXAMPLES, 'diff'].sort())
  })

  it.each(EXAMPLES)('%s is read and rendered without complaint', (example) => {
    const replaced = example === 'seed' ? ['note moat-replaces-policy'] : []
    expect(read(example).codes).toEqual(replaced)
  })

  it.each(EXAMPLES)('%s renders to manifests that read back as the very policies', (example) => {
    const { inForce } = read(example)
    const policies = inForce.moats.flatMap((moat) => moat.rendered.policies)
    for (const text of [manifestsYaml(rendered(inForce), { comments: true }), manifestsJson(rendered(inForce))]) {
      if (policies.length === 0) continue
      const again = parse([{ name: 'rendered', text }])
      expect(again.diagnostics).toEqual([])
      expect(again.snapshot.networkPolicies.map(bare)).toEqual(policies.map(bare))
    }
  })

  it.each(EXAMPLES)('%s renders to the same bytes each time', (example) => {
    const text = () => manifestsYaml(rendered(read(example).inForce), { comments: true })
    expect(text()).toBe(text())
  })
})

describe('the seed', () => {
  const moat = read('seed').inForce.snapshot
  const plain = read('seed', ['workloads.yaml', 'policy.yaml']).inForce.snapshot

  it('renders to these very bytes', async () => {
    await expect(manifestsYaml(rendered(read('seed').inForce), { comments: true })).toMatchFileSnapshot(
      'golden/seed-render.yaml',
    )
  })

  it.each([
    ['ai-models/feature-api', 'ai-models/slm', 'tcp/8080', 'all'],
    ['ai-models/stranger', 'ai-models/slm', 'none', 'none'],
    ['other-team/feature-api', 'ai-models/slm', 'none', 'none'],
    ['monitoring/prometheus', 'ai-models/slm', 'none', 'none'],
    ['198.51.100.7', 'ai-models/slm', 'none', 'none'],
    ['ai-models/slm', 'ai-models/feature-api', 'none', 'none'],
    ['ai-models/slm', 'ai-models/stranger', 'none', 'none'],
    ['ai-models/slm', '203.0.113.7', 'all', 'all'],
    ['ai-models/slm', '198.51.100.7', 'none', 'none'],
    ['ai-models/slm', '169.254.169.254', 'none', 'none'],
    ['ai-models/slm', '2001:db8::1', 'none', 'none'],
    ['ai-models/stranger', '198.51.100.7', 'all', 'all'],
    ['ai-models/stranger', 'ai-models/feature-api', 'all', 'all'],
  ])('allows from %s to %s %s by its Moat, and %s by its plain policy', (...cells) => {
    const [source, destination, byMoat, byPlain] = cells
    expect(reach(moat, source, destination)).toBe(byMoat)
    expect(reach(plain, source, destination)).toBe(byPlain)
  })
})

describe('the Ollama example', () => {
  const snapshot = read('ollama-rag').inForce.snapshot

  it.each([
    ['rag/web-ui-0', 'rag/ollama-0', 'tcp/11434'],
    ['rag/notebook', 'rag/ollama-0', 'none'],
    ['monitoring/prometheus', 'rag/ollama-0', 'tcp/9400'],
    ['rag/ollama-0', 'rag/vector-db', 'tcp/6333'],
    ['rag/web-ui-0', 'rag/vector-db', 'tcp/6333'],
    ['rag/notebook', 'rag/vector-db', 'none'],
    ['rag/ollama-0', 'rag/web-ui-0', 'none'],
    ['rag/ollama-0', '8.8.8.8', 'none'],
  ])('allows from %s to %s: %s', (source, destination, allowed) => {
    expect(reach(snapshot, source, destination)).toBe(allowed)
  })
})

describe('the dual-stack example', () => {
  const snapshot = read('dual-stack').inForce.snapshot

  it.each([
    ['gateways/gateway', 'models/chat-0', 'tcp/8000'],
    ['gateways/canary', 'models/chat-0', 'none'],
    ['gateways/canary', 'models/embedder', 'tcp/8000'],
    ['gateways/prometheus', 'models/embedder', 'tcp/8002'],
    ['models/chat-0', 'models/chat-1', 'all'],
    ['models/chat-0', 'models/embedder', 'tcp/8001'],
    ['models/embedder', 'models/chat-0', 'none'],
    ['models/chat-0', '198.51.100.7', 'tcp/443'],
    ['models/chat-0', '198.51.100.200', 'none'],
    ['models/chat-0', '2001:db8:10::7', 'tcp/443'],
    ['models/chat-0', '2001:db8:10:ff::7', 'none'],
    ['models/embedder', '198.51.100.7', 'none'],
  ])('allows from %s to %s: %s', (source, destination, allowed) => {
    expect(reach(snapshot, source, destination)).toBe(allowed)
  })
})

describe('the example of ordinary policies', () => {
  const snapshot = read('plain-policies').inForce.snapshot

  it.each([
    ['203.0.113.7', 'shop/web-0', 'tcp/8080'],
    ['shop/web-0', 'shop/orders', 'tcp/9000'],
    ['shop/web-0', 'shop/db-0', 'none'],
    ['shop/orders', 'shop/db-0', 'tcp/5432'],
    ['ops/backup', 'shop/db-0', 'tcp/5432'],
    ['shop/orders', '198.51.100.7', 'tcp/8443-8444'],
    ['shop/orders', '198.51.100.100', 'none'],
    ['shop/db-0', '198.51.100.7', 'none'],
  ])('allows from %s to %s: %s', (source, destination, allowed) => {
    expect(reach(snapshot, source, destination)).toBe(allowed)
  })
})
