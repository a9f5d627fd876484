// Explanations against the engine: on random clusters, and on the examples of the documentation.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { placeOf } from '../src/analysis/explain-ends.ts'
import { explain } from '../src/analysis/explain.ts'
import type { Answer, Explanation, Place } from '../src/analysis/explanation.ts'
import { createEngine } from '../src/engine/engine.ts'
import { outsideEndpoint, podEndpoint } from '../src/engine/endpoint.ts'
import { parse } from '../src/parse/parse.ts'
import { podsOf } from '../src/policy/endpoints.ts'
import type { Snapshot } from '../src/policy/snapshot.ts'
import {
  ALL_CONNECTIONS,
  equalConnections,
  intersectConnections,
  isEmpty,
  unionConnections,
} from '../src/sets/connection-set.ts'
import { firstAddress } from '../src/sets/ip-set.ts'
import { explanationJson } from '../src/render/explain.ts'
import { ADMIN_SHAPE, FULL_SHAPE, randomCluster } from './support/random-cluster.ts'
import { rawText } from './support/raw-objects.ts'

const root = resolve(import.meta.dirname, '..')

function place(snapshot: Snapshot, text: string): Place {
  const found = placeOf(text, snapshot, { file: { name: 'argument', text }, start: 0, end: text.length })
  if ('diagnostic' in found) throw new Error(found.diagnostic.message)
  return found.place
}

function snapshotOf(seed: number): Snapshot {
  const shape = seed % 2 === 0 ? ADMIN_SHAPE : FULL_SHAPE
  return parse([{ name: `seed-${seed}`, text: rawText(randomCluster(seed, shape)) }]).snapshot
}

/** What both directions together say, told by the steps alone. */
function bySteps({ egress, ingress }: Answer): string {
  const decisions = [egress.decision, ingress.decision]
  if (decisions.includes('denies')) return 'Denied'
  return decisions.includes('depends') ? 'Depends' : 'Allowed'
}

describe('an explanation', () => {
  it('covers every port once, and says of each what the engine says, by steps that lead there', () => {
    let answers = 0
    let nearMisses = 0
    for (let seed = 1; seed <= 150; seed++) {
      const snapshot = snapshotOf(seed)
      const engine = createEngine(snapshot)
      const pods = podsOf(snapshot)
      const outside = ['203.0.113.0/24', '2001:db8::/48', '0.0.0.0/0'].map((text) => place(snapshot, text))
      const ends: Place[] = [...pods.map((pod): Place => ({ kind: 'pods', name: pod.name, pods: [pod] })), ...outside]
      for (const source of ends) {
        for (const destination of ends) {
          if (source.kind === 'addresses' && destination.kind === 'addresses') continue
          const explanation: Explanation = explain(snapshot, { source, destination })
          for (const family of [4, 6] as const) {
            const mine = explanation.answers.filter(({ families }) => families.includes(family))
            if (mine.length === 0 || source.kind === 'addresses' || destination.kind === 'addresses') continue
            const all = mine.map(({ connections }) => connections).reduce(unionConnections)
            expect(equalConnections(all, ALL_CONNECTIONS)).toBe(true)
          }
          for (const answer of explanation.answers) {
            answers++
            nearMisses += answer.egress.nearMisses.length + answer.ingress.nearMisses.length
            const [from, to] = [answer.source.example, answer.destination.example]
            for (const family of answer.families) {
              const { allowed, depends } = engine.reach(from, to, family)
              const sure = !isEmpty(intersectConnections(allowed, answer.connections))
              const open = depends.some(
                ({ connections }) => !isEmpty(intersectConnections(connections, answer.connections)),
              )
              expect(answer.verdict).toBe(sure ? 'Allowed' : open ? 'Depends' : 'Denied')
            }
            expect(bySteps(answer)).toBe(answer.verdict)
          }
        }
      }
    }
    expect(answers).toBeGreaterThan(10_000)
    expect(nearMisses).toBeGreaterThan(2_000)
  })

  it('cuts a block where answers differ, and every piece is as the engine says of its addresses', () => {
    let cut = 0
    for (let seed = 1; seed <= 600; seed++) {
      const snapshot = snapshotOf(seed)
      const engine = createEngine(snapshot)
      const destination = place(snapshot, '198.0.0.0/4')
      for (const pod of podsOf(snapshot)) {
        const source: Place = { kind: 'pods', name: 'pod', pods: [pod] }
        const { answers } = explain(snapshot, { source, destination })
        if (new Set(answers.map(({ destination: end }) => end.names.join())).size > 1) cut++
        for (const { destination: end, verdict, connections } of answers) {
          for (const name of end.names.filter((one) => !one.includes(' without '))) {
            const part = place(snapshot, name)
            const address = part.kind === 'addresses' ? firstAddress(part.addresses) : undefined
            if (!address) throw new Error(`no address in ${name}`)
            const { allowed } = engine.reach(podEndpoint(pod), outsideEndpoint(address), 4)
            expect(!isEmpty(intersectConnections(allowed, connections))).toBe(verdict === 'Allowed')
          }
        }
      }
    }
    expect(cut).toBeGreaterThan(10)
  })
})

describe('the JSON of explanations', () => {
  const schema = JSON.parse(readFileSync(join(root, 'docs/schemas/explain.json'), 'utf8')) as Record<string, unknown>
  const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema)

  function expectValid(data: unknown): void {
    validate(JSON.parse(JSON.stringify(data)))
    expect(validate.errors ?? []).toEqual([])
  }

  it('is as its schema says, for connections of every verdict', () => {
    const verdicts = new Set<string>()
    for (let seed = 1; seed <= 120; seed++) {
      const snapshot = snapshotOf(seed)
      const [source, destination] = podsOf(snapshot).map((pod): Place => ({
        kind: 'pods',
        name: pod.name,
        pods: [pod],
      }))
      if (!source || !destination) continue
      const explanation = explain(snapshot, { source, destination })
      if (explanation.verdict === 'None') continue // the command refuses such a question
      for (const { verdict } of explanation.answers) verdicts.add(verdict)
      expectValid(explanationJson(explanation))
    }
    expect(verdicts).toContain('Allowed')
    expect(verdicts).toContain('Denied')
    expect(verdicts).toContain('Depends')
  })

  it('is as its schema says, as the command prints it, with an edit and for policies', () => {
    for (const args of [
      ['internet', 'svc/shop/web:80', '-f', 'examples/plain-policies'],
      ['ops/backup', 'shop/orders:9000', '-f', 'examples/plain-policies'],
      ['-f', 'examples/seed/policy.yaml'],
      ['-f', 'examples/plain-policies'],
    ]) {
      const { stdout } = spawnSync(process.execPath, ['bin/moat.mjs', 'explain', '-o', 'json', ...args], {
        cwd: root,
        encoding: 'utf8',
      })
      const data = JSON.parse(stdout) as object
      expect('fix' in data || 'policies' in data).toBe(true)
      expectValid(data)
    }
  })
})
