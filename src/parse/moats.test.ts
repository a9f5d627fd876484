import { describe, expect, it } from 'vitest'
import { found, shown, sound } from '../../tests/support/manifests.ts'
import { formatSelector } from '../policy/selector.ts'
import type { MoatSpec } from '../policy/moat-spec.ts'

const text = (spec: string) =>
  `apiVersion: modelmoat.dev/v1alpha1\nkind: Moat\nmetadata: {name: m, namespace: ai}\nspec:\n  model: {podSelector: {matchLabels: {app: slm}}}\n${spec}`
const spec = (lines: string) => sound(text(lines)).moats[0]?.spec as MoatSpec

describe('a Moat', () => {
  it('denies by default: every list is empty, DNS and peers are off', () => {
    for (const lines of [
      '',
      '  callers: []\n  egress: []\n',
      '  callers:\n  scrapers:\n  egress:\n  assertions:\n  dns:\n',
    ]) {
      expect(spec(lines)).toMatchObject({
        model: { runtime: 'Auto', apiPort: undefined, metricsPort: undefined, peers: 'None' },
        callers: [],
        scrapers: [],
        egress: [],
        dns: 'None',
        assertions: [],
        namespaceDefaultDeny: false,
      })
    }
  })

  it('has ports as numbers, names, or with a protocol', () => {
    const { callers } = spec(
      '  callers:\n  - {name: a, podSelector: {}, ports: [80, http, {port: 53, protocol: UDP}, {port: dns}]}\n',
    )
    expect(callers[0]?.ports.map(({ port, protocol }) => [port, protocol])).toEqual([
      [80, 'TCP'],
      ['http', 'TCP'],
      [53, 'UDP'],
      ['dns', 'TCP'],
    ])
    const wrong = (ports: string) => found(text(`  callers:\n  - {name: a, podSelector: {}, ports: ${ports}}\n`))
    expect(wrong('[]')).toEqual(['error empty-ports 7:39'])
    expect(wrong('[0]')).toEqual(['error invalid-port 7:40'])
    expect(wrong('["80"]')).toEqual(['error invalid-port 7:40'])
    expect(wrong('[{protocol: TCP}]')).toEqual(['error missing-field 7:40'])
    expect(wrong('[true]')).toEqual(['error wrong-type 7:40'])
    expect(wrong('80')).toEqual(['error wrong-type 7:39'])
  })

  it('has callers by pod selector, namespace selector or both, each with a name of its own', () => {
    const { callers } = spec(
      '  callers:\n  - {name: a, podSelector: {matchLabels: {x: z}}}\n  - {name: b, namespaceSelector: {}}\n  - {name: c, namespaceSelector: {matchLabels: {t: u}}, podSelector: {}}\n',
    )
    expect(
      callers.map(({ name, namespaces, pods }) => [
        name,
        namespaces === 'own' ? 'own' : formatSelector(namespaces),
        formatSelector(pods),
      ]),
    ).toEqual([
      ['a', 'own', 'x=z'],
      ['b', 'all', 'all'],
      ['c', 't=u', 'all'],
    ])
    expect(found(text('  callers:\n  - {name: a}\n'))).toEqual(['error empty-peer 7:5'])
    expect(found(text('  callers:\n  - {podSelector: {}}\n'))).toEqual(['error missing-field 7:5'])
    expect(found(text('  callers:\n  - {name: A, podSelector: {}}\n'))).toEqual(['error invalid-name 7:12'])
    const twice = text('  callers:\n  - {name: a, podSelector: {}}\n  - {name: a, podSelector: {}}\n')
    expect(found(twice)).toEqual(['error duplicate-name 8:12'])
    expect(shown(twice)).toContain('note: f.yaml:7:12: the first is here')
    expect(
      found(text('  callers:\n  - {name: a, podSelector: {}}\n  scrapers:\n  - {name: a, podSelector: {}}\n')),
    ).toEqual([])
  })

  it('has ways out to blocks of addresses or to pods', () => {
    const { egress } = spec(
      '  egress:\n  - {name: a, cidr: 10.0.0.0/8, except: [10.1.0.0/16], ports: [443]}\n  - {name: b, podSelector: {}}\n',
    )
    expect(egress).toMatchObject([
      { name: 'a', to: { kind: 'cidr', cidr: { prefix: 8 }, except: [{ prefix: 16 }] }, ports: [{ port: 443 }] },
      { name: 'b', to: { kind: 'pods', namespaces: 'own' }, ports: [] },
    ])
    const wrong = (item: string) => found(text(`  egress:\n  - ${item}\n`))
    expect(wrong('{name: a}')).toEqual(['error empty-peer 7:5'])
    expect(wrong('{name: a, cidr: 10.0.0.0/8, podSelector: {}}')).toEqual(['error ip-block-with-selector 7:33'])
    expect(wrong('{name: a, cidr: 10.0.0.0/8, except: [11.0.0.0/8]}')).toEqual(['error except-outside 7:42'])
    expect(wrong('{name: a, podSelector: {}, except: [11.0.0.0/8]}')).toEqual(['error unknown-field 7:32'])
    expect(wrong('{name: a, fqdn: example.com}')).toEqual(['error unsupported-field 7:15'])
    expect(wrong('{name: a, cidrs: [10.0.0.0/8]}')).toEqual(['error empty-peer 7:5', 'error unknown-field 7:15'])
  })

  it('has assertions between the model, pods and addresses', () => {
    const { assertions } = spec(
      '  assertions:\n  - {name: a, from: {podSelector: {}}, to: {model: {}}, ports: [80], expect: Denied}\n  - {name: b, from: {model: {}}, to: {cidr: 10.0.0.0/8}, expect: Allowed}\n',
    )
    expect(assertions).toMatchObject([
      { name: 'a', from: { kind: 'pods' }, to: { kind: 'model' }, ports: [{ port: 80 }], expect: 'Denied' },
      { name: 'b', from: { kind: 'model' }, to: { kind: 'cidr' }, ports: [], expect: 'Allowed' },
    ])
    const wrong = (item: string) => found(text(`  assertions:\n  - ${item}\n`))
    expect(wrong('{name: a, from: {model: {}}, to: {model: {}}}')).toEqual(['error missing-field 7:5'])
    expect(wrong('{name: a, from: {model: {}, cidr: 10.0.0.0/8}, to: {model: {}}, expect: Denied}')).toEqual([
      'error ambiguous-end 7:21',
    ])
    expect(wrong('{name: a, from: {}, to: {model: {}}, expect: Denied}')).toEqual(['error empty-peer 7:21'])
    expect(wrong('{name: a, from: {model: true}, to: {model: {}}, expect: denied}')).toEqual([
      'error wrong-type 7:29',
      'error unknown-value 7:61',
    ])
  })

  it('needs a model with a selector', () => {
    const bare = (lines: string) =>
      found(`apiVersion: modelmoat.dev/v1alpha1\nkind: Moat\nmetadata: {name: m}\n${lines}`)
    expect(bare('')).toEqual(['error missing-field 1:1'])
    expect(bare('spec: {}\n')).toEqual(['error missing-field 4:1'])
    expect(bare('spec: {model: {}}\n')).toEqual(['error missing-field 4:8'])
    expect(bare('spec: {model: {podSelector: {app: slm}}}\n')).toEqual(['error unknown-field 4:30'])
    expect(bare('spec: {model: {podSelector: {}, runtime: vllm, peers: self, port: 0}}\n')).toEqual([
      'error unknown-value 4:42',
      'error unknown-value 4:55',
      'error invalid-port 4:67',
    ])
  })

  it('refuses what it cannot keep yet, and what it does not know', () => {
    expect(found(text('  staging: {}\n'))).toEqual(['error unsupported-field 6:3'])
    expect(found(text('  companions: null\n'))).toEqual(['error unsupported-field 6:3'])
    expect(found(text('  dns: Restricted\n'))).toEqual(['error unsupported-field 6:8'])
    expect(found(text('  dns: cluster\n'))).toEqual(['error unknown-value 6:8'])
    expect(found(text('  caller: []\n'))).toEqual(['error unknown-field 6:3'])
    expect(found(text('  policyTypes: [Ingress]\n'))).toEqual(['error unknown-field 6:3'])
    expect(found(text('  namespaceDefaultDeny: "yes"\n'))).toEqual(['error wrong-type 6:25'])
    expect(spec('  namespaceDefaultDeny: yes\n').namespaceDefaultDeny).toBe(true)
  })
})

describe('a Moat beside the other objects', () => {
  const pod = (namespace: string, labels: string, status = '{}') =>
    `---\napiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: ${namespace}, labels: ${labels}}\nspec: {containers: [{name: c}]}\nstatus: ${status}\n`

  it('must select a pod', () => {
    expect(found(text('') + pod('ai', '{app: slm}'))).toEqual([])
    expect(found(text('') + pod('ai', '{app: other}'))).toEqual(['error moat-selects-nothing 5:10'])
    expect(shown(text('') + pod('other', '{app: slm}'))).toContain('pods of namespace `other` match')
  })

  it('does not take hold of pods that have ended (S38)', () => {
    expect(found(text('') + pod('ai', '{app: slm}', '{phase: Succeeded}') + pod('x', '{}'))).toEqual([
      'error moat-selects-nothing 5:10',
    ])
  })

  it('may select by labels that a controller adds (S42)', () => {
    const stateful =
      '---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: slm, namespace: ai}\nspec: {replicas: 0, selector: {matchLabels: {app: slm}}, template: {metadata: {labels: {app: slm}}, spec: {containers: [{name: c}]}}}\n'
    const moat = text('').replace('{app: slm}', '{statefulset.kubernetes.io/pod-name: slm-0}')
    expect(found(moat + stateful)).toEqual([])
    expect(found(moat + pod('ai', '{app: slm}'))).toEqual(['error moat-selects-nothing 5:10'])
  })

  it('warns of callers and destinations that match no pod, saying where such pods run', () => {
    const moat = text(
      [
        '  callers:',
        '  - {name: a, podSelector: {matchLabels: {app: api}}}',
        '  - {name: b, podSelector: {matchLabels: {app: nobody}}}',
        '  - {name: c, namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: web}}, podSelector: {matchLabels: {app: api}}}',
        '  scrapers:',
        '  - {name: d, namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: none}}}',
        '  egress:',
        '  - {name: e, podSelector: {matchLabels: {app: db}}}',
        '  assertions:',
        '  - {name: f, from: {podSelector: {matchLabels: {app: nobody}}}, to: {model: {}}, expect: Denied}',
        '',
      ].join('\n'),
    )
    const all = moat + pod('ai', '{app: slm}') + pod('web', '{app: api}')
    expect(found(all)).toEqual([7, 8, 11, 13, 15].map((line) => `warning moat-peer-selects-nothing ${line}:5`))
    expect(shown(all)).toContain('caller `a` of Moat ai/m matches no pod of the input')
    expect(shown(all)).toContain('help: pods with these labels run in `web`')
  })

  it('takes an undeclared namespace for one that may have any label (S40)', () => {
    const moat =
      text('  callers:\n  - {name: a, namespaceSelector: {matchLabels: {team: red}}}\n') + pod('ai', '{app: slm}')
    expect(found(moat)).toEqual([])
    const declared = '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ai}\n'
    expect(found(moat + declared)).toEqual(['warning moat-peer-selects-nothing 7:5'])
  })

  it('without any pod in the input is not judged', () => {
    expect(found(text(''))).toEqual([])
  })
})
