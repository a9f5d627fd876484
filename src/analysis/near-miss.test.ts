// Why a rule does not admit a connection, in the words in which it is told; and which rule comes nearest.
import { describe, expect, it } from 'vitest'
import { parse } from '../parse/parse.ts'
import { nearMissSentence, remarkSentence } from '../render/explain-words.ts'
import { placeOf } from './explain-ends.ts'
import { explain } from './explain.ts'
import type { Answer, AskedPort } from './explanation.ts'

const CLUSTER = `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: sales}}
---
apiVersion: v1
kind: Namespace
metadata: {name: ops, labels: {team: ops}}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, image: i, ports: [{name: web, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: ops, labels: {app: agent}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: node-agent, namespace: shop, labels: {app: web}}
spec: {hostNetwork: true, nodeName: a, containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {selector: {app: db}, ports: [{port: 80, targetPort: 8080}]}
---
`

/** The answer about the pod shop/db with these ingress rules. */
function ask(source: string, rules: string, more: { asked?: AskedPort | undefined; before?: string } = {}): Answer {
  const { asked = { port: 8080, protocol: 'TCP' }, before = '' } = more
  const policy = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
${rules.replaceAll(/^/gm, '  ')}`
  const { snapshot, diagnostics } = parse([{ name: 'file.yaml', text: CLUSTER + before + policy }])
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  const [from, to] = [source, 'shop/db'].map((text) => {
    const found = placeOf(text, snapshot, { file: { name: 'argument', text }, start: 0, end: text.length })
    if ('diagnostic' in found) throw new Error(found.diagnostic.message)
    return found.place
  })
  if (!from || !to) throw new Error('no places')
  const { answers } = explain(snapshot, { source: from, destination: to, asked })
  expect(answers).toHaveLength(1)
  return answers[0] as Answer
}

function nearest(source: string, rules: string, asked?: AskedPort): string[] {
  return ask(source, rules, { asked }).ingress.nearMisses.map((near) => nearMissSentence(near).text)
}

const WEB = 'podSelector: {matchLabels: {app: web}}'

describe('a near miss', () => {
  const cases: readonly (readonly [string, string, string, string, AskedPort?])[] = [
    [
      'a missing label',
      'shop/web',
      '- from: [{podSelector: {matchLabels: {app: web, tier: db}}}]',
      'label `tier=db` is missing',
    ],
    [
      'another value of a label',
      'shop/web',
      '- from: [{podSelector: {matchLabels: {app: api}}}]',
      'label `app` is `web`, not `api`',
    ],
    [
      'a value that the rule leaves out',
      'shop/web',
      '- from: [{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}}]',
      'label `app` is `web`, which the rule leaves out',
    ],
    [
      'a label that must not be',
      'shop/web',
      '- from: [{podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}}]',
      'label `app` must not be there',
    ],
    [
      'a label of the namespace',
      'ops/agent',
      '- from: [{namespaceSelector: {matchLabels: {team: x}}}]',
      "the namespace's label `team` is `ops`, not `x`",
    ],
    [
      'a missing label of the namespace',
      'ops/agent',
      '- from: [{namespaceSelector: {matchLabels: {zone: x}}}]',
      'the namespace lacks label `zone=x`',
    ],
    [
      'the name of the namespace',
      'ops/agent',
      '- from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: dev}}}]',
      'the namespace is `ops`, not `dev`',
    ],
    [
      'a podSelector alone (S10)',
      'ops/agent',
      '- from: [{podSelector: {matchLabels: {app: agent}}}]',
      "podSelector alone means the policy's own namespace `shop`, and the pod is in `ops`",
    ],
    [
      'the port of a Service (S20)',
      'shop/web',
      `- from: [{${WEB}}]\n  ports: [{port: 80}]`,
      'the rule opens Service port 80, the pod listens on 8080 (Service `shop/db`)',
    ],
    [
      'another name of the port (S17)',
      'shop/web',
      `- from: [{${WEB}}]\n  ports: [{port: http}]`,
      'named port `http` is `web` on this pod',
    ],
    [
      'another protocol',
      'shop/web',
      `- from: [{${WEB}}]\n  ports: [{port: 8080}]`,
      'protocol UDP, rule says TCP',
      { port: 8080, protocol: 'UDP' },
    ],
    [
      'another port',
      'shop/web',
      `- from: [{${WEB}}]\n  ports: [{port: 9090}, {port: 9000, endPort: 9010, protocol: UDP}]`,
      'it opens tcp/9090 and udp/9000-9010 only',
    ],
    [
      'an exception',
      '10.1.2.3',
      '- from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]',
      'the address is inside `except 10.1.0.0/16`',
    ],
    ['another block', '192.0.2.1', '- from: [{ipBlock: {cidr: 10.0.0.0/8}}]', 'the address is outside `10.0.0.0/8`'],
    [
      'the other family (S25)',
      '2001:db8::1',
      '- from: [{ipBlock: {cidr: 0.0.0.0/0}}]',
      '`0.0.0.0/0` says nothing of the other IP family',
    ],
    ['a rule about pods', '192.0.2.1', `- from: [{${WEB}}]`, 'it names pods, and the address is none of a pod'],
    ['the host network (S33)', 'shop/node-agent', `- from: [{${WEB}}]`, 'no selector means a pod on the host network'],
  ]

  it.for(cases)('names %s', ([, source, rules, words, asked]) => {
    expect(nearest(source, rules, asked)[0]).toContain(`, but ${words}`)
  })

  it('says that one element with both selectors asks for both (S09)', () => {
    const [first] = nearest(
      'ops/agent',
      '- from: [{namespaceSelector: {matchLabels: {team: ops}}, podSelector: {matchLabels: {app: x}}}]',
    )
    expect(first).toContain(
      'namespace label `team=ops` fits), but label `app` is `agent`, not `x`; one element with both selectors asks for both',
    )
  })

  it('says what fits, and comes first when it lacks least', () => {
    const rules = `- from: [{namespaceSelector: {matchLabels: {a: b}}, podSelector: {matchLabels: {app: x, c: d}}}]
- from: [{podSelector: {matchLabels: {app: x, y: z}}}]
  ports: [{port: 1}]
- from: [{${WEB}}]
  ports: [{port: 80}]`
    expect(nearest('shop/web', rules)).toEqual([
      expect.stringContaining(
        'ingress rule 3 would match (label `app=web` and namespace `shop` fit), but the rule opens',
      ),
      expect.stringMatching(/ingress rule [12] would match/),
      expect.stringMatching(/ingress rule [12] would match/),
    ])
  })

  it('is of the peer that comes nearest', () => {
    const [first] = nearest(
      'shop/web',
      `- from: [{podSelector: {matchLabels: {a: b, c: d}}}, {${WEB.replace('web', 'api')}}]`,
    )
    expect(first).toContain('label `app` is `web`, not `api`')
  })
})

describe('a remark on what is allowed', () => {
  const speakers = { direction: 'ingress', subject: '`shop/db`', peer: '`ops/agent`', on: '' } as const

  function remarks(source: string, rules: string): string[] {
    return remarksWith('', source, rules)
  }

  function remarksWith(before: string, source: string, rules: string): string[] {
    return ask(source, rules, { before }).ingress.remarks.map((remark) => remarkSentence(remark, speakers).text)
  }

  it('says that two elements mean OR where one of them alone lets in (S09)', () => {
    const both = '- from: [{namespaceSelector: {matchLabels: {team: ops}}}, {podSelector: {matchLabels: {app: web}}}]'
    expect(remarks('ops/agent', both)).toEqual([
      expect.stringContaining('has 2 elements, of which one is enough (OR): its namespaceSelector alone matches'),
    ])
    expect(remarks('shop/web', both)).toEqual([expect.stringContaining('its podSelector alone matches')])
    const one = '- from: [{namespaceSelector: {matchLabels: {team: ops}}, podSelector: {matchLabels: {app: agent}}}]'
    expect(remarks('ops/agent', one)).toEqual([])
  })

  it('names policies that select the pod too and do not matter (S27)', () => {
    const deny =
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: shop}\nspec: {podSelector: {}}\n---\n'
    const texts = remarksWith(deny, 'shop/web', `- from: [{${WEB}}]`)
    expect(texts).toEqual([
      '`NetworkPolicy shop/deny` selects `shop/db` for ingress too and does not allow it, which is no matter: policies add up (S27)',
    ])
    expect(remarksWith('', 'shop/web', `- from: [{${WEB}}]`)).toEqual([])
  })
})
