// `moat prove` and `moat assert` as whole processes, to `moat map` of the same manifests: CPU time as ratios. Run: npx node bench/prove-to-map.ts
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpuOf } from './children.ts'
import { benchManifests } from './manifests.ts'
import { moat, sizes } from './moat.ts'

/** A Moat for one workload, and assertions of each kind: by name, by selectors at one end and at both. */
const QUESTIONS = `
apiVersion: modelmoat.dev/v1alpha1
kind: Moat
metadata: {name: model, namespace: n0}
spec:
  model: {podSelector: {matchLabels: {app: app-0}}, port: 8080}
  callers: [{name: team, podSelector: {matchLabels: {tier: t1}}}]
  egress: [{name: range, cidr: 203.0.113.0/24}]
---
apiVersion: modelmoat.dev/v1alpha1
kind: Assertions
assertions:
- {name: by name, from: {pod: n1/w1}, to: {pod: n0/w0}, port: 9090, expect: Denied}
- {name: only, from: {namespaceSelector: {}, podSelector: {matchLabels: {tier: t1}}}, to: {pod: n0/w0}, expect: Only}
- {name: everybody, from: {namespaceSelector: {}}, to: {namespaceSelector: {}, podSelector: {matchLabels: {team: m1}}}, expect: Denied}
- {name: outside, from: {namespaceSelector: {}}, to: {cidr: 203.0.113.0/24}, port: 443, expect: Allowed}
`

const folder = mkdtempSync(join(tmpdir(), 'moat-bench-'))
try {
  process.stdout.write('workloads/policies   moat map   prove : map   assert : map\n')
  for (const workloads of sizes([100, 500, 1000])) {
    const [file, questions] = [join(folder, `${workloads}.json`), join(folder, 'questions.yaml')]
    writeFileSync(file, benchManifests(workloads))
    writeFileSync(questions, QUESTIONS)
    const cpu = (command: string) =>
      cpuOf(() => moat([command, questions, '-f', file], [0, 1]), { times: 1, rounds: 3 })
    const [map, prove, assert] = [cpu('map'), cpu('prove'), cpu('assert')]
    const cells = [
      `${workloads}/${workloads / 2}`,
      `${map.toFixed(0)} ms`,
      (prove / map).toFixed(1),
      (assert / map).toFixed(1),
    ]
    process.stdout.write(`${cells.join('   ')}\n`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
