// The draft of a Moat: what is taken from labels, programs, policies and references, and what is left open.
import { describe, expect, it } from 'vitest'
import { sound } from '../../../tests/support/manifests.ts'
import { configTexts } from '../../parse/config-maps.ts'
import { formatSelector } from '../../policy/selector.ts'
import { qualifiedName } from '../../policy/snapshot.ts'
import { moatFile } from '../../render/moat-file.ts'
import type { Draft } from './draft.ts'
import { draftOf, surroundingsOf } from './init.ts'
import { pickSelector, subjectsOf } from './subjects.ts'

/** `namespace/name`; the name alone is in `ai`. */
const place = (id: string) => {
  const [namespace, name] = id.includes('/') ? id.split('/') : ['ai', id]
  return `{name: ${name}, namespace: ${namespace}}`
}
const workload = (id: string, labels: string, container: string) =>
  `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: ${place(id)}\nspec: {selector: {matchLabels: {}}, template: {metadata: {labels: {${labels}}}, spec: {containers: [{name: c, ${container}}]}}}\n`
const service = (id: string, selector: string, port: string) =>
  `---\napiVersion: v1\nkind: Service\nmetadata: ${place(id)}\nspec: {selector: {${selector}}, ports: [{${port}}]}\n`
const policy = (name: string, spec: string) =>
  `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: ai}\nspec: {podSelector: {matchLabels: {app: llm}}, ${spec}}\n`
const MODEL = workload('llm', 'app: llm, version: v1', 'image: vllm/vllm-openai, ports: [{containerPort: 8000}]')
const SERVICE = service('llm', 'app: llm', 'port: 80, targetPort: 8000')

function draft(text: string): Draft {
  const configs = new Map(
    configTexts([{ name: 'f.yaml', text }], 'default').map((config) => [qualifiedName(config), config.text]),
  )
  const around = surroundingsOf(sound(text), configs)
  const subject = around.subjects.find(({ name }) => name === 'llm')
  const found = subject && draftOf(subject, around)
  if (!found) throw new Error('no draft')
  return found
}

const callers = (text: string) =>
  draft(text).callers.map(({ value }) => [
    value.name,
    value.namespaces === 'own' ? 'own' : formatSelector(value.namespaces),
    formatSelector(value.pods),
    value.ports.map(({ port }) => port).join(),
  ])

describe('the selector', () => {
  const selector = (text: string) => {
    const subjects = subjectsOf(sound(text))
    const picked = subjects[0] && pickSelector(subjects[0], subjects)
    return picked && [formatSelector(picked.selector), picked.alsoMatches.map(({ name }) => name)]
  }

  it('is the smallest set of labels that no other workload of the namespace has', () => {
    expect(selector(MODEL)).toEqual(['app=llm', []])
    const other = workload('other', 'app: llm, size: big', '')
    expect(selector(workload('llm', 'app: llm, size: small', '') + other)).toEqual(['size=small', []])
    const both = workload('a', 'app: llm, size: big', '') + workload('b', 'app: web, size: small', '')
    expect(selector(workload('llm', 'app: llm, size: small', '') + both)).toEqual(['app=llm,size=small', []])
    expect(selector(workload('llm', 'app: llm', '') + workload('far/far', 'app: llm', ''))).toEqual(['app=llm', []])
  })

  it('leaves out what controllers, charts and releases change, and shared labels', () => {
    const unstable =
      'pod-template-hash: a1, helm.sh/chart: x-1, app.kubernetes.io/version: "1", app.kubernetes.io/managed-by: Helm'
    expect(selector(workload('llm', `${unstable}, app.kubernetes.io/name: llm`, ''))).toEqual([
      'app.kubernetes.io/name=llm',
      [],
    ])
    expect(selector(workload('llm', unstable, ''))).toBeUndefined()
  })

  it('names those whom it cannot tell apart', () => {
    expect(selector(MODEL + workload('twin', 'app: llm', ''))).toEqual(['app=llm', ['twin']])
    expect(draft(MODEL + workload('twin', 'app: llm', '')).remarks).toEqual([
      'The labels of the model also select Deployment ai/twin: give it one of its own.',
    ])
  })

  it('is found for the pods of a dump too, by the owner behind the ReplicaSet', () => {
    const pod = (name: string) =>
      `---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: ai, labels: {app: llm, pod-template-hash: 5d9c7b6f4}, ownerReferences: [{kind: ReplicaSet, name: llm-5d9c7b6f4, controller: true}]}\nspec: {containers: [{name: c}]}\n`
    expect(subjectsOf(sound(pod('llm-5d9c7b6f4-a') + pod('llm-5d9c7b6f4-b'))).map(({ name }) => name)).toEqual(['llm'])
    expect(selector(pod('llm-5d9c7b6f4-a'))).toEqual(['app=llm', []])
  })
})

describe('the port', () => {
  const port = (container: string, more = '') => draft(workload('llm', 'app: llm', container) + more).port?.value.port

  it('is that of arguments, variables, the runtime, the only declared one, the Service, in this order', () => {
    const ports = 'ports: [{containerPort: 8000}, {containerPort: 9000}]'
    expect(port(`image: vllm/vllm-openai, args: [--port, "9000"], ${ports}`)).toBe(9000)
    expect(port(`image: ollama/ollama, env: [{name: OLLAMA_HOST, value: "0.0.0.0:8000"}], ${ports}`)).toBe(8000)
    expect(port(`image: vllm/vllm-openai, ${ports}`)).toBe(8000)
    expect(port('image: mine, ports: [{containerPort: 7000}]')).toBe(7000)
    expect(port(`image: mine, ${ports}`, service('s', 'app: llm', 'port: 80, targetPort: 9000'))).toBe(9000)
    expect(port('image: vllm/vllm-openai')).toBe(8000)
  })

  it('that the input does not tell stays open, with a place to fill it in', () => {
    const open = draft(workload('llm', 'app: llm', 'image: mine, ports: [{containerPort: 1}, {containerPort: 2}]'))
    expect(open.questions.map(({ kind }) => kind)).toEqual(['port', 'callers'])
    expect(moatFile(open)).toContain('# FILL IN: the port that callers use')
  })
})

describe('callers', () => {
  it('are those whom policies let in, with other ports than the usual one named', () => {
    const peer =
      'from: [{podSelector: {matchLabels: {app: api}}}, {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}}]'
    expect(callers(MODEL + policy('p', `ingress: [{${peer}, ports: [{port: 8000}]}]`))).toEqual([
      ['api', 'own', 'app=api', ''],
      ['edge', 'kubernetes.io/metadata.name=edge', 'all', ''],
    ])
    expect(
      callers(MODEL + policy('p', `ingress: [{${peer}, ports: [{port: 8000}, {port: 9000, endPort: 9001}]}]`))[0]?.[3],
    ).toBe('8000,9000,9001')
  })

  it('are not taken from a policy that lets everybody in, which is said', () => {
    const open = draft(
      MODEL + policy('p', 'ingress: [{ports: [{port: 8000}]}, {from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]'),
    )
    expect(open.callers).toEqual([])
    expect(open.remarks.slice(0, 2)).toEqual([
      'NetworkPolicy ai/p lets in everybody (tcp/8000): not taken over; name those who are meant.',
      'NetworkPolicy ai/p lets in addresses: not taken over, since callers are pods with single ports.',
    ])
  })

  it('that only scrape are scrapers, where the model serves metrics', () => {
    const scraping = policy('p', 'ingress: [{from: [{podSelector: {matchLabels: {app: prometheus}}}]}]')
    expect(draft(MODEL + scraping).scrapers.map(({ value }) => value.name)).toEqual(['prometheus'])
    const ollama = workload('llm', 'app: llm', 'image: ollama/ollama')
    expect(draft(ollama + scraping).callers.map(({ value }) => value.name)).toEqual(['prometheus'])
  })

  it('are those who name the Service of the model, in arguments, variables or ConfigMaps', () => {
    const refers = (container: string, namespace = 'ai') =>
      callers(MODEL + SERVICE + workload(`${namespace}/api`, 'app: api', container))
    const own = [['api', 'own', 'app=api', '']]
    expect(refers('env: [{name: URL, value: "http://llm/v1"}]')).toEqual(own)
    expect(refers('env: [{name: HOST, value: llm}]')).toEqual(own)
    expect(refers('args: ["--backend=llm:80"]')).toEqual(own)
    expect(refers('args: ["--backend=http://llm.ai.svc.cluster.local:80"]')).toEqual(own)
    expect(refers('env: [{name: URL, value: "http://llm.ai:80"}]', 'web')).toEqual([
      ['api', 'kubernetes.io/metadata.name=web', 'app=api', ''],
    ])
    for (const stranger of ['"the llm is good"', '"http://llm-two/"', '"http://llm.other/"', '"my-llm:80"'])
      expect(refers(`env: [{name: TEXT, value: ${stranger}}]`)).toEqual([])
    expect(refers('env: [{name: URL, value: "http://llm/v1"}]', 'web')).toEqual([])
    const config =
      '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: ai}\ndata: {a.ini: "url = http://llm/v1"}\n'
    expect(
      callers(MODEL + SERVICE + config + workload('api', 'app: api', 'envFrom: [{configMapRef: {name: settings}}]')),
    ).toEqual(own)
    expect(
      callers(MODEL + SERVICE + config + workload('api', 'app: api', 'envFrom: [{configMapRef: {name: others}}]')),
    ).toEqual([])
  })

  it('whom a policy keeps out today are told of, and stay out', () => {
    const api = workload('api', 'app: api', 'env: [{name: URL, value: "http://llm/v1"}]')
    const kept = draft(MODEL + SERVICE + api + policy('p', 'policyTypes: [Ingress]'))
    expect(kept.callers).toEqual([])
    expect(kept.remarks).toEqual([
      'Deployment ai/api seems to call the model (its variable URL names Service llm), but no policy lets it in today: not taken over.',
    ])
    const letIn = draft(MODEL + SERVICE + api + policy('p', 'ingress: [{from: [{podSelector: {}}]}]'))
    expect(letIn.callers.map(({ value }) => value.name)).toEqual(['p'])
  })
})

describe('egress', () => {
  const egress = (text: string) =>
    draft(text).egress.map(({ value }) => [value.name, value.to.kind, value.ports.map(({ port }) => port).join()])

  it('is what policies let out, without port 53, which asks for DNS', () => {
    const spec =
      'policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 443}]}, {ports: [{port: 53, protocol: UDP}, {port: 53}]}]'
    expect(egress(MODEL + policy('out', spec))).toEqual([['out', 'cidr', '443']])
    expect(draft(MODEL + policy('out', spec)).dns.value).toBe('Cluster')
    expect(draft(MODEL + policy('out', 'policyTypes: [Egress]')).dns.value).toBe('None')
  })

  it('is, without such a policy, the Services that the model names', () => {
    const model = workload(
      'llm',
      'app: llm',
      'image: vllm/vllm-openai, env: [{name: DB, value: "http://db.data:6333"}]',
    )
    const text = model + service('data/db', 'app: db', 'port: 6333, targetPort: 7000')
    expect(egress(text)).toEqual([['db', 'pods', '7000']])
    expect(draft(text).dns.value).toBe('Cluster')
    expect(egress(text + policy('closed', 'policyTypes: [Egress]'))).toEqual([])
  })
})

describe('the surroundings', () => {
  it('are told of: routes and Services that lead in, and policies that would add to the Moat', () => {
    const ingress =
      '---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: in, namespace: ai}\nspec: {defaultBackend: {service: {name: llm, port: {number: 80}}}}\n'
    const outside = SERVICE.replace('spec: {', 'spec: {type: LoadBalancer, ')
    const { remarks, name } = draft(
      MODEL +
        outside +
        ingress +
        policy('llm', 'ingress: [{from: [{podSelector: {}}]}]') +
        policy('deny', 'policyTypes: [Ingress]'),
    )
    expect(remarks.map((text) => text.slice(0, 34))).toEqual([
      'NetworkPolicy ai/llm selects the m',
      'Ingress ai/in leads to the model: ',
      'Service ai/llm is open to the outs',
    ])
    expect(name).toBe('llm-moat')
  })
})
