import { describe, expect, it } from 'vitest'
import { sound } from '../../../tests/support/manifests.ts'
import { mapOf } from '../../analysis/map/map.ts'
import { createEngine } from '../../engine/engine.ts'
import { listLines } from './list.ts'

const pod = (name: string, app: string): string => `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: a-namespace-of-some-length, labels: {app: ${app}}}
spec: {containers: [{name: c, image: i}]}
`

const CLUSTER = `${pod('recommendation-service', 'caller')}${pod('checkout-service', 'caller')}${pod('frontend', 'caller')}${pod('storage', 'db')}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: callers, namespace: a-namespace-of-some-length}
spec: {podSelector: {matchLabels: {app: caller}}, policyTypes: [Ingress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: a-namespace-of-some-length}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{podSelector: {matchLabels: {app: caller}}}], ports: [{port: 5432}]}]
`

describe('a map as a list', () => {
  const snapshot = sound(CLUSTER)
  const map = mapOf(createEngine(snapshot), snapshot)

  it.each([100, 110, 140])('keeps long lists of names in their column at %i cells', (width) => {
    const lines = listLines(map, { width }).map((line) => line.map(({ text }) => text).join(''))
    const heading = lines.findIndex((line) => line.startsWith('FROM'))
    const rows = lines.slice(heading, lines.indexOf('', heading))
    const [to, last] = ['TO', 'CONNECTIONS'].map((title) => lines[heading]?.indexOf(title) ?? 0)
    expect(rows.length).toBeGreaterThan(1)
    for (const row of rows) for (const at of [to, last]) expect(row.slice((at ?? 0) - 2, at).trim()).toBe('')
    expect(Math.max(...lines.slice(heading).map(({ length }) => length))).toBeLessThanOrEqual(width)
  })
})
