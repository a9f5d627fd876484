import { describe, expect, it } from 'vitest'
import { podsOf } from '../policy/endpoints.ts'
import { found, shown, sound } from '../../tests/support/manifests.ts'

const owned = (owner: string) =>
  owner === ''
    ? ''
    : `, ownerReferences: [{kind: ${owner.split('/')[0]}, name: ${owner.split('/')[1]}, controller: true}]`
const pod = (name: string, owner = '', phase = 'Running') =>
  `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop${owned(owner)}}\nspec: {containers: [{name: c}]}\nstatus: {phase: ${phase}}\n`
const workload = (kind: string, name: string, owner = '') =>
  `---\napiVersion: ${kind === 'Job' || kind === 'CronJob' ? 'batch' : 'apps'}/v1\nkind: ${kind}\nmetadata: {name: ${name}, namespace: shop${owned(owner)}}\nspec: ${
    kind === 'CronJob'
      ? '{schedule: "* * * * *", jobTemplate: {spec: {template: {spec: {containers: [{name: c}]}}}}}'
      : `{${kind === 'Job' ? '' : 'selector: {matchLabels: {}}, '}template: {spec: {containers: [{name: c}]}}}`
  }\n`

const names = (text: string) => podsOf(sound(text)).map((pod) => pod.name)

describe('objects of one name', () => {
  it('are an error with both places', () => {
    const text = pod('a') + pod('b') + pod('a')
    expect(found(text)).toEqual(['error duplicate-object 16:18'])
    expect(shown(text)).toContain('Pod shop/a is given twice')
    expect(shown(text)).toContain('note: f.yaml:4:18: the first is here')
  })

  it('may be of different kinds or in different namespaces', () => {
    expect(found(pod('a') + workload('Deployment', 'a') + pod('a').replace('shop', 'other'))).toEqual([])
    expect(
      found(
        `apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n`,
      ),
    ).toEqual(['error duplicate-object 7:18'])
  })
})

describe('a dump of a cluster', () => {
  it('counts the pods of a Deployment once, whatever stands between', () => {
    const all =
      workload('Deployment', 'web') +
      workload('ReplicaSet', 'web-1', 'Deployment/web') +
      pod('web-1-x', 'ReplicaSet/web-1')
    expect(names(all)).toEqual(['web-1-x'])
    expect(names(workload('Deployment', 'web') + workload('ReplicaSet', 'web-1', 'Deployment/web'))).toEqual(['web'])
    expect(names(workload('ReplicaSet', 'web-1', 'Deployment/web'))).toEqual(['web-1'])
  })

  it('counts the pods of a CronJob once', () => {
    expect(names(workload('CronJob', 'c') + workload('Job', 'c-1', 'CronJob/c'))).toEqual(['c'])
  })

  it('keeps a workload whose pods have all ended', () => {
    expect(names(workload('Job', 'j') + pod('j-1', 'Job/j', 'Succeeded'))).toEqual(['j'])
  })

  it('with owners in a circle ends', () => {
    const circle =
      workload('ReplicaSet', 'a', 'ReplicaSet/b') +
      workload('ReplicaSet', 'b', 'ReplicaSet/a') +
      pod('p', 'ReplicaSet/a')
    expect(names(circle)).toEqual(['p'])
  })

  it('remembers the owner of a pod', () => {
    expect(sound(pod('a', 'ReplicaSet/r')).pods[0]?.owner).toEqual({ kind: 'ReplicaSet', name: 'r' })
    expect(sound(pod('a')).pods[0]?.owner).toBeUndefined()
  })
})
