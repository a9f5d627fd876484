import { describe, expect, it } from 'vitest'
import { found, sound } from '../../tests/support/manifests.ts'

const TEMPLATE =
  '{metadata: {labels: {app: web}, annotations: {a: b}}, spec: {containers: [{name: c, ports: [{containerPort: 80}]}]}}'
const SELECTOR = 'selector: {matchLabels: {app: web}}'

const workload = (apiVersion: string, kind: string, spec: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: web, namespace: shop}\nspec: ${spec}\n`
const deployment = (spec: string) => workload('apps/v1', 'Deployment', spec)

describe('a workload', () => {
  it.each([
    ['apps/v1', 'Deployment', `{replicas: 3, ${SELECTOR}, template: ${TEMPLATE}}`, 3],
    ['apps/v1', 'StatefulSet', `{replicas: 0, serviceName: web, ${SELECTOR}, template: ${TEMPLATE}}`, 0],
    ['apps/v1', 'ReplicaSet', `{${SELECTOR}, template: ${TEMPLATE}}`, 1],
    ['apps/v1', 'DaemonSet', `{${SELECTOR}, template: ${TEMPLATE}}`, 1],
    ['batch/v1', 'Job', `{parallelism: 4, template: ${TEMPLATE}}`, 1],
    ['batch/v1', 'CronJob', `{schedule: "* * * * *", jobTemplate: {spec: {template: ${TEMPLATE}}}}`, 1],
  ])('%s %s is read with its template', (...[apiVersion, kind, spec, replicas]) => {
    const [read, ...rest] = sound(workload(apiVersion, kind, spec)).workloads
    expect(rest).toEqual([])
    expect(read).toMatchObject({
      kind,
      namespace: 'shop',
      name: 'web',
      replicas,
      template: { ports: [{ port: 80, protocol: 'TCP' }], hostNetwork: false },
    })
    expect(read?.template.labels.get('app')).toBe('web')
    expect(read?.template.annotations.get('a')).toBe('b')
  })

  it('has one pod when replicas are not given, and none when its Job has finished', () => {
    expect(sound(deployment(`{replicas: null, ${SELECTOR}, template: ${TEMPLATE}}`)).workloads[0]?.replicas).toBe(1)
    const done = `${workload('batch/v1', 'Job', `{template: ${TEMPLATE}}`)}status: {completionTime: "2026-01-01T00:00:00Z"}\n`
    expect(sound(done).workloads[0]?.replicas).toBe(0)
    expect(found(deployment(`{replicas: -1, ${SELECTOR}, template: ${TEMPLATE}}`))).toEqual([
      'error invalid-replicas 4:18',
    ])
    expect(found(deployment(`{replicas: "3", ${SELECTOR}, template: ${TEMPLATE}}`))).toEqual(['error wrong-type 4:18'])
  })

  it('that is a StatefulSet may number its pods from another ordinal than 0', () => {
    const numbered = (ordinals: string) =>
      workload('apps/v1', 'StatefulSet', `{ordinals: ${ordinals}, ${SELECTOR}, template: ${TEMPLATE}}`)
    expect(sound(numbered('{start: 3}')).workloads[0]?.firstOrdinal).toBe(3)
    expect(sound(numbered('{}')).workloads[0]?.firstOrdinal).toBeUndefined()
    expect(found(numbered('{start: -1}'))).toEqual(['error invalid-replicas 4:26'])
    expect(found(numbered('{begin: 1}'))).toEqual([expect.stringContaining('unknown-field')])
  })

  it('whose selector does not match its own template is refused', () => {
    expect(found(deployment(`{selector: {matchLabels: {app: other}}, template: ${TEMPLATE}}`))).toEqual([
      'error selector-mismatch 4:8',
    ])
    expect(found(deployment(`{template: ${TEMPLATE}}`))).toEqual(['error missing-field 4:1'])
    expect(found(deployment(`{selector: {matchLabels: {app: 1}}, template: ${TEMPLATE}}`))).toEqual([
      'error wrong-type 4:38',
    ])
  })

  it('with a typo or without template is refused', () => {
    expect(found(deployment(`{${SELECTOR}, template: ${TEMPLATE}, replica: 2}`))).toHaveLength(1)
    expect(found(deployment(`{selector: {matchLabels: {}}}`))).toEqual(['error missing-field 4:1'])
    expect(found(workload('batch/v1', 'CronJob', '{schedule: "* * * * *"}'))).toEqual(['error missing-field 4:1'])
    expect(found(workload('batch/v1', 'CronJob', '{jobTemplate: {spec: {tmplate: {}}}}'))).toEqual([
      'error missing-field 4:22',
      'error unknown-field 4:29',
    ])
  })
})
