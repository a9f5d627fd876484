// What the proof says about each field of a Moat, each kind of end and each thing that Kubernetes leaves open.
import { describe, expect, it } from 'vitest'
import { claim, notProven, pod, policy, ports, proofOf, SEED } from '../../tests/support/proofs.ts'
import type { ProfileName } from '../engine/profile.ts'
import type { ProofClaim, Witness, WitnessEnd } from './proof.ts'

describe('a named port', () => {
  const NAMED = SEED.replace('port: 8080', 'port: http')

  it('is what each model pod declares', () => {
    const model = pod('ai-models', 'small-language-model', ports('{name: http, containerPort: 9000}'))
    const proof = proofOf([NAMED, model])
    expect(claim(proof, 'only-entrants/tcp/9000').verdict).toBe('PROVEN')
    expect(notProven(proof)).toEqual([])
  })

  it('towards pods that could exist is any port that they declare by that name', () => {
    const out = policy(
      'ai-models',
      'out',
      `podSelector: {}\npolicyTypes: [Egress]\negress:\n- ports: [{port: web}]\n  to: [{podSelector: {}}]`,
    )
    const found = claim(proofOf([SEED, out]), 'egress-only')
    expect(found).toMatchObject({ verdict: 'REFUTED', witness: { destination: { present: false } } })
    const { destination, port } = found.witness as Witness
    expect(destination).toMatchObject({ ports: [{ name: 'web', port, protocol: 'TCP' }] })
  })

  it('of both directions must be declared together', () => {
    const out = policy('ai-models', 'out', 'podSelector: {}\npolicyTypes: [Egress]\negress: [{ports: [{port: web}]}]')
    const into = policy('ai-models', 'into', 'podSelector: {}\ningress: [{ports: [{port: http}]}]')
    const { witness } = claim(proofOf([SEED, out, into]), 'egress-only')
    const { destination } = witness as Witness & { destination: Extract<WitnessEnd, { kind: 'pod' }> }
    expect(destination.ports.map(({ name }) => name)).toEqual(['web', 'http'])
    expect(destination.ports.map(({ port }) => port)).toEqual(destination.ports.map(() => witness?.port))
  })

  it('promises nothing about pods that need not declare it', () => {
    const asserted = `${SEED.trimEnd()}
  - name: db
    podSelector: {matchLabels: {app: db}}
    ports: [{port: web}]
  assertions:
  - name: by-number
    from: {model: {}}
    to: {podSelector: {matchLabels: {app: db}}}
    ports: [{port: 80}]
    expect: Allowed
  - name: by-name
    from: {model: {}}
    to: {podSelector: {matchLabels: {app: db}}}
    ports: [{port: web}]
    expect: Allowed
`
    const proof = proofOf([asserted])
    expect(claim(proof, 'assertion/by-number').verdict).toBe('REFUTED')
    expect(claim(proof, 'assertion/by-name').verdict).toBe('PROVEN')
  })

  it('lets some pod through that could declare it', () => {
    const db = `${SEED.trimEnd()}\n  - name: db\n    podSelector: {matchLabels: {app: db}}\n    ports: [{port: 80}]\n`
    const into = (port: string) =>
      policy('ai-models', 'into', `podSelector: {matchLabels: {app: db}}\ningress: [{ports: [{port: ${port}}]}]`)
    expect(claim(proofOf([db, into('http')]), 'egress/db').verdict).toBe('PROVEN')
    expect(claim(proofOf([db, into('81')]), 'egress/db').verdict).toBe('REFUTED')
  })

  it('that the Moat names too is declared egress', () => {
    const more = `${SEED.trimEnd()}\n  - name: db\n    podSelector: {matchLabels: {app: db}}\n    ports: [{port: web}]\n`
    expect(notProven(proofOf([more]))).toEqual([])
    const db = pod('ai-models', 'db', ports('{name: web, containerPort: 7000}'))
    expect(notProven(proofOf([more, db, pod('ai-models', 'small-language-model')]))).toEqual([])
  })
})

describe('a model that is not in the input', () => {
  it('declares a port for each name that policies speak of, so that nothing opens unseen', () => {
    const named = policy(
      'ai-models',
      'named',
      'podSelector: {}\ningress: [{ports: [{port: debug}], from: [{podSelector: {}}]}]',
    )
    expect(claim(proofOf([SEED, named]), 'other-ports').verdict).toBe('REFUTED')
    const http = SEED.replace('port: 8080', 'port: http')
    expect(notProven(proofOf([http]))).toEqual([])
    expect(claim(proofOf([http, named.replace('debug', 'http')]), 'only-entrants/tcp/http').verdict).toBe('REFUTED')
  })

  it('may be any pod that the Moat would select: policies that open only some of them count', () => {
    const some = policy(
      'ai-models',
      'some',
      'podSelector: {matchLabels: {tier: canary}}\ningress: [{ports: [{port: 8080}], from: [{podSelector: {}}]}]',
    )
    const found = claim(proofOf([SEED, some]), 'only-entrants/tcp/8080')
    expect(found).toMatchObject({ verdict: 'REFUTED', witness: { destination: { present: false } } })
    const { destination } = found.witness as Witness & { destination: Extract<WitnessEnd, { kind: 'pod' }> }
    expect(Object.fromEntries(destination.labels)).toEqual({ app: 'small-language-model', tier: 'canary' })
    const others = some.replace('{matchLabels: {tier: canary}}', '{matchLabels: {app: other}}')
    expect(notProven(proofOf([SEED, others]))).toEqual([])
  })
})

describe('callers on the host network', () => {
  it('are out of scope: policies do not see their labels', () => {
    const host = pod('ai-models', 'feature-api', ports().replace('{', '{hostNetwork: true, '))
    const proof = proofOf([SEED, pod('ai-models', 'small-language-model'), host])
    expect(claim(proof, 'caller/feature-api')).toMatchObject({
      verdict: 'OUT_OF_SCOPE',
      reason: expect.stringContaining('host network'),
    })
  })
})

describe('addresses', () => {
  it('of metadata and of private networks are not excused by a block that is wider', () => {
    const proof = proofOf([SEED.replace('203.0.113.0/24', '0.0.0.0/0')])
    expect(claim(proof, 'metadata')).toMatchObject({
      verdict: 'REFUTED',
      witness: { destination: { kind: 'outside', address: { value: 0xa9fe_a9fe } } },
    })
    expect(claim(proof, 'private').verdict).toBe('REFUTED')
    expect(claim(proof, 'egress-only').verdict).toBe('PROVEN')
  })

  it('of private networks are excused by a block within them, which the claim names', () => {
    const found = claim(proofOf([SEED.replace('203.0.113.0/24', '10.1.0.0/16')]), 'private')
    expect(found.verdict).toBe('PROVEN')
    expect(found.claim).toContain('but for 10.1.0.0/16')
    expect(found.claim).not.toContain('outside the cluster')
  })

  it('of private networks are those outside the cluster where the Moat opens pods, which may have such addresses', () => {
    const db = `${SEED.trimEnd()}\n  - name: db\n    podSelector: {matchLabels: {app: db}}\n`
    const found = claim(proofOf([db]), 'private')
    expect(found).toMatchObject({ verdict: 'PROVEN', claim: expect.stringMatching(/fc00::\/7 outside the cluster$/) })
  })

  it('of pods are no blocks where the network plugin says so, may be where Kubernetes leaves it open', () => {
    const open = policy(
      'ai-models',
      'block',
      `podSelector: {}\ningress:\n- from: [{ipBlock: {cidr: 10.0.0.0/8}}]\n  ports: [{port: 8080}]`,
    )
    const verdict = (profile: ProfileName) => claim(proofOf([SEED, open], profile), 'only-entrants/tcp/8080')
    expect(verdict('cilium').verdict).toBe('PROVEN')
    expect(verdict('spec')).toMatchObject({
      verdict: 'OUT_OF_SCOPE',
      reason: expect.stringContaining('network plugin'),
    })
    const refuted = verdict('calico')
    expect(refuted.verdict).toBe('REFUTED')
    expect((refuted.witness as Witness).source).toMatchObject({ addresses: [{ family: 4, value: 0x0a00_0001 }] })
  })
})

describe('pods that could exist', () => {
  it('have no address that no pod has, so that a block of all addresses lets all of them through', () => {
    const everywhere = `${SEED.trimEnd().replace('cidr: 203.0.113.0/24', 'cidr: 0.0.0.0/0')}
  - name: six
    cidr: ::/0
  assertions:
  - name: reaches
    from: {model: {}}
    to: {podSelector: {matchLabels: {app: other}}}
    expect: Allowed
`
    expect(claim(proofOf([everywhere], 'calico'), 'assertion/reaches').verdict).toBe('PROVEN')
    expect(claim(proofOf([everywhere], 'cilium'), 'assertion/reaches').verdict).toBe('REFUTED')
    expect(claim(proofOf([everywhere], 'spec'), 'assertion/reaches').verdict).toBe('OUT_OF_SCOPE')
    const four = everywhere.replace('::/0', '0.0.0.0/1')
    expect(claim(proofOf([four], 'calico'), 'assertion/reaches')).toMatchObject({
      verdict: 'REFUTED',
      witness: { family: 6 },
    })
  })
})

describe('namespaces', () => {
  const LABELLED = policy(
    'ai-models',
    'team',
    `podSelector: {}\ningress:\n- from:\n  - namespaceSelector: {matchLabels: {team: ml}}\n  ports: [{port: 8080}]`,
  )

  it('that could be made have the labels that a selector asks for', () => {
    const found = claim(proofOf([SEED, LABELLED]), 'only-entrants/tcp/8080')
    const { source } = found.witness as Witness & { source: Extract<WitnessEnd, { kind: 'pod' }> }
    expect(found.verdict).toBe('REFUTED')
    expect(source.namespaceLabels.get('team')).toBe('ml')
    expect(source.namespaceLabels.get('kubernetes.io/metadata.name')).toBe(source.namespace)
  })

  it('of the input have exactly the labels of their objects', () => {
    const assertion = `${SEED.trimEnd()}
  assertions:
  - name: batch-stays-out
    from: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: batch}}}
    to: {model: {}}
    expect: Denied
`
    const namespace = (labels: string) =>
      `apiVersion: v1\nkind: Namespace\nmetadata: {name: batch, labels: ${labels}}\n`
    const id = 'assertion/batch-stays-out'
    expect(claim(proofOf([assertion, LABELLED, namespace('{team: ml}')]), id).verdict).toBe('REFUTED')
    expect(claim(proofOf([assertion, LABELLED, namespace('{team: web}')]), id).verdict).toBe('PROVEN')
    expect(claim(proofOf([assertion, LABELLED, namespace('{}')]), id).verdict).toBe('PROVEN')
    const nobody = assertion.replace('batch}}}', 'batch, team: ml}}}')
    expect(claim(proofOf([nobody, namespace('{team: web}')]), id).verdict).toBe('OUT_OF_SCOPE')
    // By name only: there is a pod in it, but no object that tells its labels (S40).
    const open = claim(
      proofOf([assertion, LABELLED, pod('batch', 'job'), pod('ai-models', 'small-language-model')]),
      id,
    )
    expect(open).toMatchObject({ verdict: 'OUT_OF_SCOPE', reason: expect.stringContaining('labels of the namespace') })
    // Not in the input at all: somebody could make it so.
    expect(claim(proofOf([assertion, LABELLED]), id).verdict).toBe('REFUTED')
  })

  it('known by name only decide where every label would let something through', () => {
    const both = policy(
      'ai-models',
      'both',
      `
podSelector: {}
ingress:
- from:
  - namespaceSelector: {matchLabels: {team: ml}}
  - namespaceSelector: {matchExpressions: [{key: team, operator: NotIn, values: [ml]}]}
  ports: [{port: 8080}]
`,
    )
    const assertion = `${SEED.trimEnd()}
  assertions:
  - name: batch-stays-out
    from: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: batch}}}
    to: {model: {}}
    expect: Denied
`
    const found = claim(
      proofOf([assertion, both, pod('batch', 'job'), pod('ai-models', 'small-language-model')]),
      'assertion/batch-stays-out',
    )
    expect(found).toMatchObject({ verdict: 'REFUTED', witness: { source: { namespace: 'batch' } } })
  })
})

describe('assertions', () => {
  function asserted(text: string): ProofClaim {
    const moat = `${SEED.trimEnd()}\n  assertions:\n  - name: it\n    ${text.replaceAll('\n', '\n    ')}\n`
    return claim(
      proofOf([moat, pod('ai-models', 'small-language-model', ports('{name: http, containerPort: 8080}'))]),
      'assertion/it',
    )
  }

  it('are judged in both directions, for pods, addresses and the model', () => {
    const to = 'to: {model: {}}\n'
    expect(asserted(`from: {podSelector: {matchLabels: {app: feature-api}}}\n${to}expect: Denied`)).toMatchObject({
      verdict: 'REFUTED',
    })
    expect(
      asserted(`from: {podSelector: {matchLabels: {app: stranger, role: x}}}\n${to}ports: [{port: 9}]\nexpect: Denied`)
        .verdict,
    ).toBe('PROVEN')
    expect(
      asserted(`from: {podSelector: {matchLabels: {app: feature-api}}}\n${to}ports: [{port: http}]\nexpect: Allowed`)
        .verdict,
    ).toBe('PROVEN')
    expect(asserted(`from: {podSelector: {}}\n${to}ports: [{port: 8080}]\nexpect: Allowed`)).toMatchObject({
      verdict: 'REFUTED',
      witness: { allowed: false },
    })
    expect(asserted(`from: {model: {}}\nto: {cidr: 203.0.113.0/25}\nexpect: Allowed`).verdict).toBe('PROVEN')
    expect(asserted(`from: {model: {}}\nto: {cidr: 8.8.8.8/32}\nexpect: Denied`).verdict).toBe('PROVEN')
    expect(asserted(`from: {model: {}}\nto: {model: {}}\nexpect: Denied`).verdict).toBe('PROVEN')
  })

  it('about pods alone take both ends for any pod', () => {
    const free = asserted(
      'from: {podSelector: {matchLabels: {app: a}}}\nto: {podSelector: {matchLabels: {app: b}}}\nexpect: Denied',
    )
    expect(free).toMatchObject({
      verdict: 'REFUTED',
      witness: { source: { namespace: 'ai-models' }, destination: { namespace: 'ai-models' } },
    })
  })

  it('about a port that nobody has are out of scope, not proven', () => {
    expect(asserted('from: {podSelector: {}}\nto: {model: {}}\nports: [{port: metrics}]\nexpect: Denied').verdict).toBe(
      'OUT_OF_SCOPE',
    )
    for (const expected of ['Allowed', 'Denied']) {
      const from = 'from: {podSelector: {matchLabels: {app: feature-api}}}\nto: {model: {}}\n'
      const found = asserted(`${from}ports: [{port: 8080}, {port: metrics}]\nexpect: ${expected}`)
      expect(found).toMatchObject({ verdict: 'OUT_OF_SCOPE', reason: 'the destination has no port of that name' })
    }
  })

  it('and callers of several ports promise each of them', () => {
    const two = SEED.replace(
      'matchLabels: {app: feature-api}}',
      'matchLabels: {app: feature-api}}\n    ports: [8080, metrics]',
    )
    const found = claim(proofOf([two, pod('ai-models', 'small-language-model')]), 'caller/feature-api')
    expect(found).toMatchObject({
      verdict: 'OUT_OF_SCOPE',
      reason: 'ai-models/small-language-model declares no port tcp/metrics',
    })
  })
})

describe('the other fields of a Moat', () => {
  it('let scrapers in to the metrics port and nobody else', () => {
    const scraped = SEED.replace('    port: 8080', '    port: 8080\n    metricsPort: 9090').replace(
      '  egress:',
      '  scrapers:\n  - name: prometheus\n    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}\n    podSelector: {matchLabels: {app: prometheus}}\n  egress:',
    )
    const proof = proofOf([scraped])
    expect(notProven(proof)).toEqual([])
    expect(claim(proof, 'only-entrants/tcp/9090').claim).toBe(
      'only pods {ns=monitoring, app=prometheus} can open tcp/9090',
    )
    expect(claim(proof, 'scraper/prometheus').verdict).toBe('PROVEN')
  })

  it('let the model use the DNS of the cluster and no other', () => {
    const proof = proofOf([
      SEED.replace('  egress:', '  dns: Cluster\n  egress:').replace(
        'cidr: 203.0.113.0/24',
        'cidr: 203.0.113.0/24\n    ports: [{port: 443}]',
      ),
    ])
    expect(notProven(proof)).toEqual([])
    expect(claim(proof, 'dns').claim).toBe(
      "the model can use no DNS but the cluster's {ns=kube-system, k8s-app=kube-dns}",
    )
    expect(claim(proof, 'dns-works').verdict).toBe('PROVEN')
  })

  it('let the pods of the model speak to each other', () => {
    const proof = proofOf([SEED.replace('    port: 8080', '    port: 8080\n    peers: Self')])
    expect(notProven(proof)).toEqual([])
    expect(claim(proof, 'peers-works').verdict).toBe('PROVEN')
  })

  it('name callers that could not be, which is out of scope', () => {
    const none = SEED.replace(
      'podSelector: {matchLabels: {app: feature-api}}',
      'podSelector: {matchLabels: {app: feature-api}, matchExpressions: [{key: app, operator: DoesNotExist}]}',
    )
    expect(claim(proofOf([none]), 'caller/feature-api').verdict).toBe('OUT_OF_SCOPE')
  })
})
