// Who plays which part, told by the Moat alone.
import { describe, expect, it } from 'vitest'
import { parse } from '../../parse/parse.ts'
import { podsOf } from '../../policy/endpoints.ts'
import { castOf } from './cast.ts'
import { apiPort, modelUrl } from './model-url.ts'

const MOAT = `
apiVersion: modelmoat.dev/v1alpha1
kind: Moat
metadata: {name: m, namespace: models}
spec:
  model: {podSelector: {matchLabels: {app: slm}}}
  callers: [{name: web, podSelector: {matchLabels: {app: web}}}]
  scrapers: [{name: prom, namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: mon}}, podSelector: {}}]
`

function pod(namespace: string, name: string, more = ''): string {
  return `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}, labels: {app: ${name}}${more}}
spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 8000}]}]}
`
}

function cast(...pods: readonly string[]) {
  const spaces = ['models', 'mon', 'other'].map(
    (name) => `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`,
  )
  const { snapshot, diagnostics } = parse([{ name: 'x.yaml', text: [MOAT, ...spaces, ...pods].join('') }])
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  const expanded = { ...snapshot, pods: podsOf(snapshot), workloads: [] }
  const [moat] = snapshot.moats
  if (!moat) throw new Error('no Moat')
  return { part: castOf(expanded, moat, []), snapshot: expanded, moat }
}

describe('the cast', () => {
  it('is the model, its first caller, a stranger of its own namespace, and who scrapes', () => {
    const { part } = cast(
      pod('other', 'x'),
      pod('models', 'near'),
      pod('models', 'web'),
      pod('models', 'slm'),
      pod('mon', 'p'),
    )
    expect(part.models.map(({ name }) => name)).toEqual(['slm'])
    expect(part.caller?.name).toBe('web')
    expect(part.stranger?.name).toBe('near')
    expect(part.scraper?.name).toBe('p')
  })

  it('takes a stranger from elsewhere where the namespace has none, the caller of another namespace among them', () => {
    const { part } = cast(pod('models', 'slm'), pod('other', 'web'))
    expect(part.caller).toBeUndefined()
    expect(part.stranger?.namespace).toBe('other')
  })

  it('follows an annotation where several could play', () => {
    const role = ', annotations: {sandbox.modelmoat.dev/role: stranger}'
    const { part } = cast(
      pod('models', 'slm'),
      pod('models', 'a'),
      pod('models', 'b').replace('}}\nspec', `}${role}}\nspec`),
    )
    expect(part.stranger?.name).toBe('b')
  })
})

describe('the model’s address for callers', () => {
  const service = `---
apiVersion: v1
kind: Service
metadata: {name: front, namespace: models}
spec: {selector: {app: slm}, ports: [{port: 80, targetPort: http}]}
`
  it('is the Service that leads to its API port', () => {
    const { part, snapshot, moat } = cast(pod('models', 'slm'), service)
    const [model] = part.models
    if (!model) throw new Error('no model')
    const port = apiPort(moat, snapshot, model)
    expect(port).toBe(8000)
    expect(modelUrl(snapshot, model, port)).toBe('http://front.models.svc.cluster.local:80')
  })

  it('is the pod’s own address without a Service', () => {
    const { part, snapshot } = cast(pod('models', 'slm'))
    const [model] = part.models
    if (!model) throw new Error('no model')
    const placed = { ...model, addresses: [{ family: 6, value: 1n }] as const }
    expect(modelUrl(snapshot, placed, 8000)).toBe('http://[::1]:8000')
  })
})
