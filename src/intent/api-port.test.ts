// The API port is said, known or declared, and never guessed.
import { describe, expect, it } from 'vitest'
import { labelled, modelPod, moat, pod, port, snapshotOf, tcp } from '../../tests/support/moats.ts'
import type { Moat } from '../policy/snapshot.ts'
import { apiPortOf } from './api-port.ts'

type Ports = Parameters<typeof modelPod>[0]

function answer(which: Moat, ...pods: Ports[]) {
  const made = pods.map((ports, index) => modelPod(ports, { name: `slm-${index}` }))
  const { port, diagnostics } = apiPortOf(which, snapshotOf(made))
  return { port: port?.port, codes: diagnostics.map(({ severity, code }) => `${severity} ${code}`) }
}

describe('a port that the Moat says', () => {
  const said = moat({ model: { apiPort: tcp(8080) } })

  it('is taken, without any pod', () => {
    expect(answer(said)).toEqual({ port: 8080, codes: [] })
  })

  it('is taken as a name, which each pod resolves for itself', () => {
    expect(answer(moat({ model: { apiPort: tcp('http') } }), [port(80, 'http')])).toEqual({ port: 'http', codes: [] })
  })

  it('is taken with a warning when the selected pods declare others only', () => {
    expect(answer(said, [port(8000)])).toEqual({ port: 8080, codes: ['warning moat-port-undeclared'] })
  })

  it('is taken with a warning when some of the pods do not have it, or not its name', () => {
    expect(answer(said, [port(8080)], [port(8000)]).codes).toEqual(['warning moat-port-undeclared'])
    expect(answer(moat({ model: { apiPort: tcp('http') } }), [port(80, 'http')], []).codes).toEqual([
      'warning moat-port-undeclared',
    ])
    expect(answer(said, [port(8080)], []).codes).toEqual([])
  })

  it('counts as undeclared when it is declared for another protocol', () => {
    const { codes } = answer(said, [port(8080, 'quic', 'UDP'), port(443)])
    expect(codes).toEqual(['warning moat-port-undeclared'])
  })

  it('is recognised as the port of the Service, which policies do not speak of', () => {
    const input = snapshotOf([modelPod([port(8080, 'http')])], {
      services: [
        {
          namespace: 'ai-models',
          name: 'slm',
          selector: labelled({ app: 'small-language-model' }),
          ports: [{ port: 80, protocol: 'TCP', targetPort: 'http' }],
          headless: false,
          clusterIPs: [],
        },
      ],
    })
    const [warning] = apiPortOf(moat({ model: { apiPort: tcp(80) } }), input).diagnostics
    expect(warning?.notes?.[0]?.message).toBe(
      '80 is a port of Service ai-models/slm, which leads to pod port http; policies speak of pod ports',
    )
  })
})

describe('a port that the runtime implies', () => {
  const ofRuntime = (runtime: 'LlamaCpp' | 'Ollama' | 'TGI') => moat({ model: { runtime } })

  it('is its usual one', () => {
    expect(answer(ofRuntime('Ollama'), [port(11434)])).toEqual({ port: 11434, codes: [] })
  })

  it('is the one of several usual ones that the pods declare', () => {
    expect(answer(ofRuntime('TGI'), [port(3000), port(9000)])).toEqual({ port: 3000, codes: [] })
    expect(answer(ofRuntime('LlamaCpp'), [port(9931)])).toEqual({ port: 9931, codes: [] })
  })

  it('is the first of several that all pods declare, and refused when they differ', () => {
    const triton = moat({ model: { runtime: 'Triton' } })
    expect(answer(triton, [port(8001), port(8000), port(8002)])).toEqual({ port: 8000, codes: [] })
    expect(answer(triton, [port(8000), port(8001)], [port(8001)])).toEqual({ port: 8001, codes: [] })
    expect(answer(ofRuntime('LlamaCpp'), [port(8080)], [port(9931)]).codes).toEqual(['error moat-port-conflict'])
  })

  it('is assumed, and said to be, when the pods declare none', () => {
    expect(answer(ofRuntime('Ollama'), [])).toEqual({ port: 11434, codes: ['note moat-port-assumed'] })
  })

  it('is refused when the pods declare other ports only', () => {
    expect(answer(ofRuntime('Ollama'), [port(8000)])).toEqual({ port: undefined, codes: ['error moat-port-conflict'] })
  })
})

describe('a port that only the pods tell', () => {
  it('is the one TCP port that they declare', () => {
    expect(answer(moat(), [port(8080), port(5000, 'rtp', 'UDP')], [port(8080)])).toEqual({ port: 8080, codes: [] })
  })

  it('is the one named http among several, and said to be', () => {
    expect(answer(moat(), [port(9090, 'metrics'), port(8080, 'http')])).toEqual({
      port: 8080,
      codes: ['note moat-port-assumed'],
    })
  })

  it('stays a name when pods have different ports of the name http', () => {
    expect(answer(moat(), [port(8080, 'http')], [port(8000, 'http')]).port).toBe('http')
  })

  it.each([
    ['no pod is selected', []],
    ['the pods declare no TCP port', [[port(8080, 'http', 'UDP')]]],
    ['the pods declare several without the name http', [[port(8080), port(9090)]]],
    ['only some of the pods name a port http', [[port(8080, 'http')], [port(9090)]]],
    ['a pod has two ports of the name http', [[port(8080, 'http'), port(8081, 'http')]]],
  ])('is refused when %s', (_, pods) => {
    expect(answer(moat(), ...pods)).toEqual({ port: undefined, codes: ['error moat-port-unknown'] })
  })

  it('is not told by pods of other namespaces or with other labels', () => {
    const labels = { app: 'small-language-model' }
    const strangers = [
      pod('other/slm', labels, { ports: [port(1)] }),
      pod('ai-models/web', { app: 'web' }, { ports: [port(2)] }),
    ]
    expect(apiPortOf(moat(), snapshotOf(strangers)).port).toBeUndefined()
  })

  it('is told by the template of a workload that is scaled to none', () => {
    const template = { ...modelPod([port(8080)]) }
    const input = snapshotOf([], {
      workloads: [{ kind: 'Deployment', namespace: 'ai-models', name: 'slm', replicas: 0, template }],
    })
    expect(apiPortOf(moat(), input).port?.port).toBe(8080)
  })
})
