import { describe, expect, it } from 'vitest'
import { found, read, shown, sound } from '../../tests/support/manifests.ts'
import { NAMESPACE_NAME_LABEL } from '../policy/snapshot.ts'
import { parse } from './parse.ts'

const object = (apiVersion: string, kind: string, rest = '') =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\n${rest}\n`
const POD = object('v1', 'Pod', 'spec: {containers: [{name: c}]}')

describe('kinds', () => {
  it('that carry no policy are listed as skipped', () => {
    const text = [
      POD,
      object('v1', 'ConfigMap', 'data: {a: b}'),
      object('networking.k8s.io/v1', 'IngressClass'),
      object('gateway.networking.k8s.io/v1', 'Gateway'),
      object('projectcalico.org/v3', 'StagedNetworkPolicy'),
    ].join('---\n')
    const { skipped, diagnostics } = read(text)
    expect(diagnostics).toEqual([])
    expect(skipped.map(({ apiVersion, kind, name }) => [apiVersion, kind, name])).toEqual([
      ['v1', 'ConfigMap', 'x'],
      ['networking.k8s.io/v1', 'IngressClass', 'x'],
      ['gateway.networking.k8s.io/v1', 'Gateway', 'x'],
      ['projectcalico.org/v3', 'StagedNetworkPolicy', 'x'],
    ])
  })

  it.each([
    ['cilium.io/v2', 'CiliumNetworkPolicy'],
    ['cilium.io/v2', 'CiliumClusterwideNetworkPolicy'],
    ['projectcalico.org/v3', 'NetworkPolicy'],
    ['crd.projectcalico.org/v1', 'GlobalNetworkPolicy'],
    ['crd.antrea.io/v1beta1', 'ClusterNetworkPolicy'],
    ['k8s.ovn.org/v1', 'EgressFirewall'],
    ['network.openshift.io/v1', 'EgressNetworkPolicy'],
    ['nobody.example/v9', 'FancyNetworkPolicy'],
  ])('%s %s would change the answer, so it is refused', (apiVersion, kind) => {
    const text = `${POD}---\n${object(apiVersion, kind)}`
    expect(found(text)).toEqual(['error policy-not-read 7:7'])
    expect(found(text, { otherPolicies: 'warn' })).toEqual(['warning policy-not-read 7:7'])
    expect(read(text, { otherPolicies: 'warn' }).skipped).toHaveLength(1)
    const list = `${POD}---\napiVersion: ${apiVersion}\nkind: ${kind}List\nitems:\n- metadata: {name: a}\n- metadata: {name: b}\n`
    expect(found(list).filter((line) => line.startsWith('error policy-not-read'))).toHaveLength(2)
  })

  it('of a service mesh are skipped with a warning', () => {
    expect(found(`${POD}---\n${object('security.istio.io/v1', 'AuthorizationPolicy')}`)).toEqual([
      'warning mesh-policy-not-read 7:7',
    ])
  })

  it('that Kubernetes has removed are refused, naming what took their place', () => {
    const text = object('extensions/v1beta1', 'NetworkPolicy')
    expect(found(text)).toEqual(['error removed-api-version 1:13'])
    expect(shown(text)).toContain('write `apiVersion: networking.k8s.io/v1`')
    expect(found(object('apps/v1beta2', 'Deployment'))).toEqual(['error removed-api-version 1:13'])
    expect(found(object('batch/v1beta1', 'CronJob'))).toEqual(['error removed-api-version 1:13'])
  })

  it.each([
    ['networking.k8s.io/v1 NetworkPolciy', 'unknown-kind 2:7', 'did you mean `NetworkPolicy`?'],
    ['networking.k8s.io/v1 networkpolicy', 'unknown-kind 2:7', 'did you mean `NetworkPolicy`?'],
    ['networking.k8s.io/v1 AdminNetworkPolicy', 'unknown-kind 2:7', 'has no kind'],
    ['policy.networking.k8s.io/v1alpha2 AdminNetworkPolicy', 'unknown-version 1:13', 'networking.k8s.io/v1alpha1`'],
    ['policy.networking.k8s.io/v1alpha1 ClusterNetworkPolicy', 'unknown-version 1:13', 'networking.k8s.io/v1alpha2`'],
    ['v1 NetworkPolicy', 'unknown-kind 2:7', 'belongs to `apiVersion: networking.k8s.io/v1`'],
    ['v1 Deployment', 'unknown-kind 2:7', 'belongs to `apiVersion: apps/v1`'],
    ['networking.k8s.io NetworkPolicy', 'unknown-kind 2:7', 'belongs to `apiVersion: networking.k8s.io/v1`'],
    ['networking.k8s.io/v1beta1 NetworkPolicy', 'unknown-version 1:13', 'write `apiVersion: networking.k8s.io/v1`'],
    ['v2 Pod', 'unknown-version 1:13', 'write `apiVersion: v1`'],
    ['network.k8s.io/v1 NetworkPolicy', 'unknown-group 1:13', 'belongs to `apiVersion: networking.k8s.io/v1`'],
    ['app/v1 Deployment', 'unknown-group 1:13', 'belongs to `apiVersion: apps/v1`'],
    ['batchs/v1 Thing', 'unknown-group 1:13', 'did you mean `batch`?'],
    ['modelmoat.dev/v1 Moat', 'unknown-version 1:13', 'write `apiVersion: modelmoat.dev/v1alpha1`'],
    ['modelmoat.dev/v1alpha1 Moot', 'unknown-kind 2:7', 'did you mean `Moat`?'],
    ['modelmoat.io/v1alpha1 Moat', 'unknown-group 1:13', 'belongs to `apiVersion: modelmoat.dev/v1alpha1`'],
    ['constructor/v1 Pod', 'unknown-group 1:13', 'belongs to `apiVersion: v1`'],
    ['v1 __proto__', 'unknown-kind 2:7', 'has no kind'],
    ['v1 toString', 'unknown-kind 2:7', 'has no kind'],
    ['__proto__ __proto__', 'unknown-kind 2:7', 'has no kind'],
  ])('%s is refused with advice', (identity, problem, words) => {
    const [apiVersion = '', kind = ''] = identity.split(' ')
    const text = object(apiVersion, kind)
    expect(found(text)).toEqual([`error ${problem}`])
    expect(shown(text)).toContain(words)
  })

  it('that are missing are errors at the first key', () => {
    expect(found('apiVersion: v1\nmetadata: {name: x}\n')).toEqual(['error missing-kind 1:1'])
    expect(found('kind: Pod\nmetadata: {name: x}\n')).toEqual(['error missing-kind 1:1'])
    expect(found('metadata: {name: x}\n')).toEqual(['error missing-kind 1:1', 'error missing-kind 1:1'])
    expect(found('apiVersion: 1\nkind: [Pod]\n')).toEqual(['error wrong-type 1:13', 'error wrong-type 2:7'])
  })

  it('that make pods and are not read are named in a warning', () => {
    const spec = 'spec: {template: {spec: {containers: [{name: c}]}}}'
    expect(found(`${POD}---\n${object('argoproj.io/v1alpha1', 'Rollout', spec)}`)).toEqual([
      'warning workload-not-read 7:1',
    ])
    expect(found(`${POD}---\n${object('v1', 'ReplicationController', spec)}`)).toEqual([
      'warning workload-not-read 7:1',
    ])
    const group = 'spec: {leaderWorkerTemplate: {workerTemplate: {spec: {containers: [{name: c}]}}}}'
    expect(found(`${POD}---\n${object('leaderworkerset.x-k8s.io/v1', 'LeaderWorkerSet', group)}`)).toEqual([
      'warning workload-not-read 7:1',
    ])
    const workers = 'spec: {groups: [{template: {spec: {containers: [{name: c}]}}}]}'
    expect(found(`${POD}---\n${object('ray.io/v1', 'RayCluster', workers)}`)).toEqual(['warning workload-not-read 7:1'])
    const served = object('serving.kserve.io/v1beta1', 'InferenceService', 'spec: {predictor: {model: {}}}')
    expect(found(`${POD}---\n${served}`)).toEqual(['warning workload-not-read 7:1'])
    expect(found(`${POD}---\n${object('acme.io/v1', 'Widget', 'spec: {template: {containers: []}}')}`)).toEqual([])
  })
})

describe('documents that are no manifests', () => {
  it('are left out with a warning when they are data', () => {
    expect(found(`a: 1\nb: 2\n---\n${POD}`)).toEqual(['warning not-a-manifest 1:1'])
    expect(found(`[{"src": "a"}]\n---\n${POD}`)).toEqual(['warning not-a-manifest 1:1'])
  })

  it('are errors when they could be damaged manifests', () => {
    expect(found('just text\n')).toEqual(['error not-a-manifest 1:1'])
    expect(found('42\n')).toEqual(['error not-a-manifest 1:1'])
    expect(found('- apiVersion: v1\n  kind: Pod\n')).toEqual(['error not-a-manifest 1:1'])
  })

  it('alone make an input without manifests', () => {
    expect(found('')).toEqual(['error no-manifests'])
    expect(found('# nothing\n---\n---\n')).toEqual(['error no-manifests'])
    expect(found('a: 1\n')).toEqual(['warning not-a-manifest 1:1', 'error no-manifests'])
    expect(found(object('v1', 'ConfigMap'))).toEqual(['error no-manifests'])
  })

  it('are kustomizations and charts when their file is called so', () => {
    const name = 'k8s/kustomization.yaml'
    const kustomization = { name, text: 'resources: [a.yaml]\nkind: Kustomization\n' }
    const both = [kustomization, { name: 'pod.yaml', text: POD }]
    const result = parse(both)
    expect(result.diagnostics.map(({ code, severity }) => [severity, code])).toEqual([
      ['warning', 'kustomization-not-applied'],
    ])
    expect(result.skipped.map(({ kind }) => kind)).toEqual(['Kustomization'])
    const chart = parse([{ name: 'c/Chart.yaml', text: 'apiVersion: v2\nname: c\n' }])
    expect(chart.diagnostics[0]?.help).toContain('helm template')
  })
})

describe('lists', () => {
  it('of every sort are unpacked', () => {
    const pod = (name: string) =>
      `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: [{name: c}]}}`
    const untyped = (name: string) => `{metadata: {name: ${name}}, spec: {containers: [{name: c}]}}`
    const text = `apiVersion: v1
kind: List
metadata: {resourceVersion: ""}
items:
- ${pod('a')}
- {apiVersion: v1, kind: List, items: [${pod('b')}]}
---
apiVersion: v1
kind: PodList
items: [${pod('c')}, ${untyped('d')}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicyList
items:
- metadata: {name: p}
  spec: {podSelector: {}}
---
{apiVersion: v1, kind: List, items: null}
---
{apiVersion: v1, kind: NamespaceList, items: []}
`
    const snapshot = sound(text)
    expect(snapshot.pods.map((pod) => pod.name)).toEqual(['a', 'b', 'c', 'd'])
    expect(snapshot.networkPolicies.map((policy) => policy.name)).toEqual(['p'])
  })

  it('report the mistakes of each item at its place', () => {
    const text = `kind: List\napiVersion: v1\nitems:\n- kind: Pod\n  apiVersion: v1\n  metadata: {name: x, labels: {a: 1}}\n  spec: {containers: []}\n-\n- text\n- kind: Pud\n  apiVersion: v1\n`
    expect(found(text)).toEqual([
      'error wrong-type 6:35',
      'error empty-item 8:1',
      'error wrong-type 9:3',
      'error unknown-kind 10:9',
    ])
    expect(shown(text)).toContain('`items[0].metadata.labels.a` must be a string')
    expect(found('{apiVersion: v1, kind: List, items: {}}')).toEqual(['error wrong-type 1:37'])
  })
})

describe('metadata', () => {
  const pod = (metadata: string) =>
    `apiVersion: v1\nkind: Pod\nmetadata: ${metadata}\nspec: {containers: [{name: c}]}\n`

  it('needs a valid name', () => {
    expect(found(pod('{}'))).toEqual(['error missing-field 3:1'])
    expect(found(pod('null'))).toEqual(['error missing-field 3:1'])
    expect(found(pod('[]'))).toEqual(['error wrong-type 3:11'])
    expect(found(pod('{name: ""}'))).toEqual(['error invalid-name 3:18'])
    expect(found(pod('{name: A}'))).toEqual(['error invalid-name 3:18'])
    expect(found(pod('{name: a_b}'))).toEqual(['error invalid-name 3:18'])
    expect(found(pod(`{name: ${'x'.repeat(254)}}`))).toEqual(['error invalid-name 3:18'])
    expect(found(pod('{name: 1}'))).toEqual(['error wrong-type 3:18'])
    expect(found(pod('{name: a.b-c}'))).toEqual([])
  })

  it('without namespace means the default namespace, or the one given (S41)', () => {
    expect(sound(pod('{name: a}')).pods[0]?.namespace).toBe('default')
    expect(sound(pod('{name: a, namespace: ""}')).pods[0]?.namespace).toBe('default')
    expect(sound(pod('{name: a}'), { defaultNamespace: 'shop' }).pods[0]?.namespace).toBe('shop')
    expect(sound(pod('{name: a, namespace: b}'), { defaultNamespace: 'shop' }).pods[0]?.namespace).toBe('b')
    expect(found(pod('{name: a, namespace: a.b}'))).toEqual(['error invalid-name 3:32'])
  })

  it('may be generated: each object gets a name of its own', () => {
    const text = `${pod('{generateName: a-}')}---\n${pod('{generateName: a-}')}`
    const names = sound(text).pods.map((pod) => pod.name)
    expect(new Set(names).size).toBe(2)
    expect(names.every((name) => /^a-\d+$/.test(name))).toBe(true)
  })

  it('of a server is accepted, a typo is not', () => {
    const server =
      '{name: a, uid: u, resourceVersion: "1", generation: 1, creationTimestamp: null, managedFields: [{}], ownerReferences: [{kind: Node, name: n1}], finalizers: [a]}'
    expect(found(pod(server))).toEqual([])
    expect(found(pod('{name: a, label: {}}'))).toEqual(['error unknown-field 3:21'])
    expect(shown(pod('{name: a, label: {}}'))).toContain('did you mean `labels`?')
  })

  it('has strings for labels and annotations', () => {
    expect(found(pod('{name: a, labels: {a: 1}, annotations: {b: true}}'))).toEqual([
      'error wrong-type 3:33',
      'error wrong-type 3:54',
    ])
    expect(shown(pod('{name: a, labels: {a: 1}}'))).toContain('help: quote it: `"1"`')
    expect(found(pod('{name: a, labels: [a]}'))).toEqual(['error wrong-type 3:29'])
    expect(sound(pod('{name: a, labels: , annotations: }')).pods[0]?.labels.size).toBe(0)
  })
})

describe('a Namespace', () => {
  const namespace = (metadata: string) => `apiVersion: v1\nkind: Namespace\nmetadata: ${metadata}\n`

  it('always carries its name as a label (S39)', () => {
    const found = sound(namespace('{name: a, labels: {team: x}}')).namespaces.get('a')
    expect(found?.declared).toBe(true)
    expect([...(found?.labels ?? [])]).toEqual([
      ['team', 'x'],
      [NAMESPACE_NAME_LABEL, 'a'],
    ])
  })

  it('that states another name there is refused', () => {
    expect(found(namespace('{name: a, labels: {kubernetes.io/metadata.name: b}}'))).toEqual([
      'error namespace-name-label 1:1',
    ])
    expect(found(namespace('{name: a, labels: {kubernetes.io/metadata.name: a}}'))).toEqual([])
  })

  it('known by use only is there, undeclared (S40)', () => {
    const snapshot = sound(POD)
    expect(snapshot.namespaces.get('default')).toEqual({
      name: 'default',
      labels: new Map([[NAMESPACE_NAME_LABEL, 'default']]),
      declared: false,
    })
  })

  it('has a DNS label for a name', () => {
    expect(found(namespace('{name: a.b}'))).toEqual(['error invalid-name 3:18'])
  })
})
