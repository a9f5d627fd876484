// Selectors that hang on labels which controllers make up: refused where the input has a workload that they may mean.
import { describe, expect, it } from 'vitest'
import { found } from '../../tests/support/manifests.ts'

const TEMPLATE = '{metadata: {labels: {app: slm}}, spec: {containers: [{name: c}]}}'
const SELECTOR = 'selector: {matchLabels: {app: slm}}, '
const workload = (kind: string, template = TEMPLATE) =>
  `apiVersion: ${kind.endsWith('Job') ? 'batch' : 'apps'}/v1\nkind: ${kind}\nmetadata: {name: slm, namespace: ai}\nspec: ${
    kind === 'CronJob'
      ? `{schedule: "* * * * *", jobTemplate: {spec: {template: ${template}}}}`
      : `{${kind === 'Job' ? '' : SELECTOR}template: ${template}}`
  }\n---\n`
const policy = (spec: string) =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: ai}\nspec: ${spec}\n`
const selecting = (requirement: string) => policy(`{podSelector: {matchExpressions: [${requirement}]}, ingress: [{}]}`)
const REFUSED = [expect.stringContaining('error label-made-by-controller')]

describe('a selector of a label that a controller makes up', () => {
  it.each([
    ['Deployment', 'pod-template-hash'],
    ['StatefulSet', 'controller-revision-hash'],
    ['DaemonSet', 'controller-revision-hash'],
    ['Job', 'batch.kubernetes.io/controller-uid'],
    ['CronJob', 'job-name'],
  ])('is refused beside a %s, for %s', (kind, key) => {
    for (const requirement of [
      `{key: ${key}, operator: Exists}`,
      `{key: ${key}, operator: DoesNotExist}`,
      `{key: ${key}, operator: In, values: [a]}`,
      `{key: ${key}, operator: NotIn, values: [a]}`,
    ]) {
      expect(found(workload(kind) + selecting(requirement))).toEqual(REFUSED)
    }
  })

  it('is refused in peers and in a Moat too', () => {
    const peer = '{namespaceSelector: {}, podSelector: {matchLabels: {pod-template-hash: a}}}'
    expect(found(workload('Deployment') + policy(`{podSelector: {}, ingress: [{from: [${peer}]}]}`))).toEqual(REFUSED)
    const moat = `apiVersion: modelmoat.dev/v1alpha1\nkind: Moat\nmetadata: {name: m, namespace: ai}\nspec: {model: {podSelector: {matchLabels: {pod-template-hash: a}}}}\n`
    expect(found(workload('Deployment') + moat)).toEqual(REFUSED)
  })

  it('is read where the input tells the value, or where it cannot mean the workload', () => {
    const hash = '{key: pod-template-hash, operator: Exists}'
    const dumped = TEMPLATE.replace('app: slm', 'app: slm, pod-template-hash: a')
    expect(found(workload('ReplicaSet', dumped) + selecting(hash))).toEqual([])
    expect(found(workload('StatefulSet') + selecting(hash))).toEqual([])
    expect(found(workload('Job') + selecting('{key: job-name, operator: Exists}'))).toEqual([])
    expect(found(workload('Deployment') + selecting(`${hash}, {key: app, operator: In, values: [other]}`))).toEqual([])
    expect(found(workload('Deployment').replace('namespace: ai', 'namespace: b') + selecting(hash))).toEqual([])
  })
})
