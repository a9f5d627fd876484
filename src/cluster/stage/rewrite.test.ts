// Rewriting for a staging namespace: every pair that the engine is sure of has the same verdict after it, read back from manifests too.
import { describe, expect, it } from 'vitest'
import { ADMIN_SHAPE, FULL_SHAPE, randomCluster } from '../../../tests/support/random-cluster.ts'
import { rawText } from '../../../tests/support/raw-objects.ts'
import { createEngine } from '../../engine/engine.ts'
import { podEndpoint } from '../../engine/endpoint.ts'
import { verdict } from '../../engine/verdict.ts'
import { manifestOf } from '../../intent/manifest.ts'
import { parse } from '../../parse/parse.ts'
import { podsOf } from '../../policy/endpoints.ts'
import { PROTOCOLS } from '../../sets/connection-set.ts'
import type { Snapshot } from '../../policy/snapshot.ts'
import { renamingFor, rewrite, stagedPod, takenNames } from './rewrite.ts'

const SEEDS = 150
const PORTS = [53, 80, 443, 8080, 41_999]

/** The policies as the cluster would get them. */
function throughManifests(staged: Snapshot): Snapshot {
  const items = staged.networkPolicies.map(manifestOf)
  const { snapshot } = parse([{ name: 'staged.json', text: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) }])
  return { ...staged, networkPolicies: snapshot.networkPolicies }
}

describe('rewriting for a staging namespace', () => {
  it('keeps the verdict of every pair that is sure, over random clusters', () => {
    let [sure, denied] = [0, 0]
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { snapshot } = parse([{ name: `seed-${seed}`, text: rawText(randomCluster(seed, FULL_SHAPE)) }])
      const renaming = renamingFor([...snapshot.namespaces.keys()], 'stage')
      const staged = throughManifests(rewrite(snapshot, renaming))
      const [before, after] = [createEngine(snapshot), createEngine(staged)]
      const pods = podsOf(snapshot).filter(({ hostNetwork }) => !hostNetwork)
      for (const from of pods) {
        for (const to of pods) {
          if (from === to) continue
          for (const protocol of PROTOCOLS) {
            for (const port of PORTS) {
              const ask = { protocol, port, family: 4 } as const
              const was = verdict(before, { source: podEndpoint(from), destination: podEndpoint(to), ...ask })
              if (was.verdict === 'Depends') continue
              // The same addresses, so that blocks of addresses say the same.
              const ends = [from, to].map((pod) =>
                podEndpoint({ ...stagedPod(pod, renaming), addresses: pod.addresses }),
              )
              const [source, destination] = ends as [(typeof ends)[number], (typeof ends)[number]]
              const is = verdict(after, { source, destination, ...ask })
              sure += 1
              if (was.verdict === 'Denied') denied += 1
              const place = `seed ${seed}: ${from.namespace}/${from.name} -> ${to.namespace}/${to.name} ${protocol}/${port}`
              expect(`${place} ${is.verdict}`).toBe(`${place} ${was.verdict}`)
            }
          }
        }
      }
    }
    expect(sure).toBeGreaterThan(10_000)
    expect(denied).toBeGreaterThan(1000)
  })

  it('leaves policies of the admin APIs out: they would reach live namespaces', () => {
    const { snapshot } = parse([{ name: 'admin', text: rawText(randomCluster(3, ADMIN_SHAPE)) }])
    expect(snapshot.clusterPolicies.length).toBeGreaterThan(0)
    expect(rewrite(snapshot, renamingFor([...snapshot.namespaces.keys()], 'stage')).clusterPolicies).toEqual([])
  })

  it('gives namespace labels other keys, so that no live policy takes the copy for the original', () => {
    const { snapshot } = parse([
      {
        name: 'labels.yaml',
        text: `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: web, example.com/tier: gold}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, image: web}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {team: web, example.com/tier: gold, kubernetes.io/metadata.name: shop}}
`,
      },
    ])
    const staged = rewrite(snapshot, renamingFor(['shop'], 'stage'))
    const labels = [...(staged.namespaces.get('stage')?.labels.keys() ?? [])]
    expect(labels.filter((key) => !key.startsWith('staged.modelmoat.dev/'))).toEqual(['kubernetes.io/metadata.name'])
    expect(labels).toHaveLength(3)
    const [policy] = staged.networkPolicies
    expect(policy?.ingress?.[0]?.peers).toMatchObject([
      { namespaces: { requirements: [{ key: labels[0] }, { key: labels[1] }, { values: ['stage'] }] } },
    ])
  })

  it('tells names that the input itself speaks of', () => {
    const { snapshot } = parse([{ name: 'n.yaml', text: 'apiVersion: v1\nkind: Namespace\nmetadata: {name: stage}\n' }])
    expect(takenNames(snapshot, renamingFor(['stage'], 'stage'))).toEqual(['stage'])
    expect(takenNames(snapshot, renamingFor(['stage'], 'other'))).toEqual([])
  })

  it('keeps names within what a namespace may have', () => {
    const long = 'n'.repeat(63)
    const names = [...renamingFor(['a', long, `${'n'.repeat(62)}x`], 'stage').values()]
    expect(names.every((name) => name.length <= 63)).toBe(true)
    expect(new Set(names).size).toBe(3)
  })
})
