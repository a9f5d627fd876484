// Which edit a change is due to: the surprises of NetworkPolicy one by one, then random ones put to the proof.
import { describe, expect, it } from 'vitest'
import type { Change, Diff } from '../src/analysis/diff/answer.ts'
import { diff } from '../src/analysis/diff/diff.ts'
import { meaning, type PolicyEdit } from '../src/analysis/diff/edit.ts'
import { policyChanges } from '../src/analysis/diff/policies.ts'
import { position } from '../src/diag/source.ts'
import { podEndpoint } from '../src/engine/endpoint.ts'
import { createEngine } from '../src/engine/engine.ts'
import { podsOf } from '../src/policy/endpoints.ts'
import type { Snapshot } from '../src/policy/snapshot.ts'
import { diffMarkdown } from '../src/render/diff/markdown.ts'
import { diffLines } from '../src/render/diff/text.ts'
import { editWords } from '../src/render/diff/words.ts'
import { plainText } from '../src/render/styled-text.ts'
import { intersectConnections, isEmpty } from '../src/sets/connection-set.ts'
import { sound } from './support/manifests.ts'
import { randomlyEdited, randomSnapshot } from './support/random-snapshots.ts'

const PODS = `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: a}}
---
apiVersion: v1
kind: Namespace
metadata: {name: ops, labels: {team: b}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i, ports: [{containerPort: 80, name: http}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: ops, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
---
`

function policy(spec: string, name = 'p', kind = 'networking.k8s.io/v1'): string {
  return `apiVersion: ${kind}\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: shop}\nspec:\n${spec}---\n`
}

const DENY = policy('  podSelector: {}\n  policyTypes: [Ingress]\n', 'deny')
const TO_DB = '  podSelector: {matchLabels: {app: db}}\n'

function between(before: string, after: string): Diff {
  return diff(sound(PODS + before), sound(PODS + after))
}

/** `kind line: sentence` of each edit that the changes of one kind are due to. */
function blamed({ changes }: Diff, kind: Change['kind']): string[] {
  const edits = new Set(changes.filter((change) => change.kind === kind).flatMap((change) => change.edits))
  return [...edits].map((edit) => `${edit.kind} ${lineOf(edit)}: ${editWords(edit, kind)}`)
}

/** Lines behind those of the pods. */
function lineOf({ before, after }: PolicyEdit): number {
  const span = after ?? before
  return span ? position(span.file, span.start).line - PODS.split('\n').length + 1 : 0
}

function ends({ changes }: Diff, kind: Change['kind']): string[] {
  const name = (party: Change['sources'][number]): string => (party.kind === 'outside' ? 'outside' : party.name)
  return changes
    .filter((change) => change.kind === kind)
    .flatMap(({ sources, destinations }) => sources.flatMap((a) => destinations.map((b) => `${name(a)} ${name(b)}`)))
    .filter((pair) => pair.split(' ')[0] !== pair.split(' ')[1])
    .sort()
}

describe('the edit that did it', () => {
  it('is the dash that makes two peers of one (S09)', () => {
    const rule = (dash: string): string =>
      policy(
        `${TO_DB}  ingress:\n  - from:\n    - namespaceSelector: {matchLabels: {team: b}}\n    ${dash} podSelector: {matchLabels: {app: api}}\n`,
      )
    const answer = between(rule(' '), rule('-'))
    expect(ends(answer, 'opened')).toEqual(['agent db'])
    expect(blamed(answer, 'opened')).toEqual([
      'peer-split 9: one dash more makes two peers of one, and either is enough: pods with app=api in namespaces with team=b became every pod in namespaces with team=b, or pods with app=api in namespace shop (S09)',
    ])
    const back = between(rule('-'), rule(' '))
    expect(blamed(back, 'closed')).toEqual([
      'peer-joined 8: one dash less makes one peer of two, and both selectors must hold: now pods with app=api in namespaces with team=b (S09)',
    ])
  })

  it('is the dash that makes two rules of one', () => {
    const rule = (dash: string): string =>
      policy(
        `${TO_DB}  ingress:\n  - from:\n    - podSelector: {matchLabels: {app: web}}\n  ${dash} ports:\n    - port: 5432\n`,
      )
    const answer = between(rule(' '), rule('-'))
    expect(blamed(answer, 'opened')).toEqual([
      'rule-split 9: one dash more makes two rules of one, and either is enough: pods with app=web in namespace shop, tcp/5432 became these peers on every port, or every source on these ports',
    ])
    expect(ends(answer, 'opened')).toEqual(['agent db', 'outside db', 'web db'])
    expect(blamed(between(rule('-'), rule(' ')), 'closed').map((text) => text.split(' ')[0])).toEqual(['rule-joined'])
  })

  it('is an egress rule that isolates because policyTypes is left out (S01)', () => {
    const answer = between(
      policy(`${TO_DB}  ingress: [{}]\n`),
      policy(`${TO_DB}  ingress: [{}]\n  egress:\n  - to:\n    - podSelector: {}\n`),
    )
    expect(ends(answer, 'closed')).toEqual(['db agent', 'db outside'])
    expect(blamed(answer, 'closed')).toEqual([
      'isolation-added 3: the policy now isolates for egress too: it names no policyTypes, so its egress rules alone decide that (S01)',
    ])
  })

  it('is a type taken out of policyTypes', () => {
    const types = (list: string): string => policy(`${TO_DB}  policyTypes: [${list}]\n`)
    const answer = between(types('Ingress, Egress'), types('Egress'))
    expect(ends(answer, 'opened')).toEqual(['agent db', 'outside db', 'web db'])
    expect(blamed(answer, 'opened')).toEqual([
      'isolation-removed 3: the policy no longer isolates for ingress: policyTypes had Ingress',
    ])
  })

  it('is a policy for one caller that cuts off all others: it adds a deny', () => {
    const metrics = policy(
      '  podSelector: {matchLabels: {app: web}}\n  ingress:\n  - from:\n    - podSelector: {matchLabels: {app: prometheus}}\n',
      'metrics',
    )
    const answer = between('', metrics)
    expect(ends(answer, 'closed')).toEqual(['agent web', 'db web', 'outside web'])
    expect(blamed(answer, 'closed')).toEqual([
      'policy-added 3: the policy is new and isolates pods with app=web in shop for ingress: this adds a deny',
    ])
  })

  it('is the default deny that is gone', () => {
    const answer = between(DENY, '')
    expect(blamed(answer, 'opened')).toEqual([
      'policy-removed 3: the policy is gone, which isolated every pod in shop for ingress',
    ])
    expect(ends(answer, 'opened')).toEqual(['agent db', 'agent web', 'db web', 'outside db', 'outside web', 'web db'])
  })

  it('is the list of ports or peers that is gone (S05, S06)', () => {
    const from = '  - from:\n    - podSelector: {matchLabels: {app: web}}\n'
    const ports = '    ports:\n    - port: 5432\n'
    const withPorts = policy(`${TO_DB}  ingress:\n${from}${ports}`)
    expect(blamed(between(withPorts, policy(`${TO_DB}  ingress:\n${from}`)), 'opened')).toEqual([
      'ports-removed 7: `ports` is gone, so the rule admits every port of every protocol (S06)',
    ])
    expect(blamed(between(withPorts, policy(`${TO_DB}  ingress:\n  - ports:\n    - port: 5432\n`)), 'opened')).toEqual([
      'peers-removed 7: `from` is gone, so the rule admits every source (S05)',
    ])
  })

  it('is the except that is gone', () => {
    const block = (except: string): string =>
      policy(`${TO_DB}  policyTypes: [Egress]\n  egress:\n  - to:\n    - ipBlock: {cidr: 0.0.0.0/0${except}}\n`)
    const answer = between(block(', except: [169.254.0.0/16, 10.0.0.0/8]'), block(', except: [10.0.0.0/8]'))
    expect(blamed(answer, 'opened')).toEqual([
      'peer-changed 9: 169.254.0.0/16 is no longer an `except` of 0.0.0.0/0, so the rule admits it',
    ])
    expect(answer.changes).toMatchObject([
      { grade: 'medium', gradeReason: 'a workload to the metadata service of a cloud' },
    ])
  })

  it('are edits on both ends where both must be open (S28)', () => {
    const out = policy('  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Egress]\n', 'out')
    const answer = between(DENY + out, '')
    const toDb = answer.changes.find(({ sources, destinations }) =>
      /"web".*"db"/.test(meaning([sources[0], destinations[0]])),
    )
    expect(toDb).toMatchObject({ sources: [{ name: 'web' }], destinations: [{ name: 'db' }] })
    expect(toDb?.edits.map(({ policy }) => policy.name)).toEqual(['deny', 'out'])
  })

  it('are all edits that open the same: each must be taken back', () => {
    const rule = (name: string): string =>
      policy(`${TO_DB}  ingress:\n  - from:\n    - podSelector: {matchLabels: {app: web}}\n`, name)
    const answer = between(DENY, DENY + rule('one') + rule('two'))
    expect(ends(answer, 'opened')).toEqual(['web db'])
    expect([...new Set(answer.changes.flatMap(({ edits }) => edits.map(({ policy }) => policy.name)))]).toEqual([
      'one',
      'two',
    ])
  })

  it('is none where a workload changed its labels', () => {
    const rule = policy(`${TO_DB}  ingress:\n  - from:\n    - podSelector: {matchLabels: {app: web}}\n`)
    const [before, after] = [
      PODS + rule,
      PODS.replace(
        'name: web, namespace: shop, labels: {app: web}',
        'name: web, namespace: shop, labels: {app: other}',
      ) + rule,
    ]
    const answer = diff(sound(before), sound(after))
    expect(answer.changes).toMatchObject([{ kind: 'closed', cause: 'workloads', edits: [] }])
    expect(answer.workloads).toMatchObject([{ what: 'Pod shop/web', details: ['label app: web -> other'] }])
  })

  it('is both where neither would have done it alone', () => {
    const rule = (app: string): string =>
      policy(`${TO_DB}  ingress:\n  - from:\n    - podSelector: {matchLabels: {app: ${app}}}\n`)
    const relabelled = PODS.replace(
      'name: web, namespace: shop, labels: {app: web}',
      'name: web, namespace: shop, labels: {app: new}',
    )
    const answer = diff(sound(PODS + rule('nobody')), sound(relabelled + rule('new')))
    expect(answer.changes).toMatchObject([{ kind: 'opened', cause: 'both', edits: [{ kind: 'peer-added' }] }])
  })

  it('is told of a new workload apart', () => {
    const more = `apiVersion: v1\nkind: Pod\nmetadata: {name: new, namespace: shop, labels: {app: new}}\nspec: {containers: [{name: c, image: i}]}\n---\n`
    const answer = between('', more)
    expect(new Set(answer.changes.map(({ cause }) => cause))).toEqual(new Set(['workloads']))
    expect(answer.workloads).toMatchObject([{ kind: 'added', what: 'Pod shop/new' }])
  })
})

describe('more replicas', () => {
  const deployment = (replicas: number): string =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api, namespace: shop}\nspec:\n  replicas: ${replicas}\n  selector: {matchLabels: {app: api}}\n  template:\n    metadata: {labels: {app: api}}\n    spec: {containers: [{name: c, image: i}]}\n---\n`

  it('are no change, to either side', () => {
    for (const [one, other] of [
      [1, 2],
      [2, 1],
      [3, 5],
    ] as const) {
      const answer = between(DENY + deployment(one), DENY + deployment(other))
      expect([
        answer.changes.filter(({ sources, destinations }) => JSON.stringify(sources) !== JSON.stringify(destinations)),
        answer.workloads,
      ]).toEqual([[], []])
    }
  })
})

describe('what could exist', () => {
  it('is told where no pod of the input shows it, with a pod that does', () => {
    const rule = (namespaces: string): string =>
      policy(`${TO_DB}  ingress:\n  - from:\n    - namespaceSelector: {matchLabels: {${namespaces}}}\n`)
    const answer = between(rule('team: b'), rule('env: prod'))
    expect(answer.changes.map(({ kind }) => kind)).toEqual(['closed'])
    expect(answer.possible).toMatchObject([
      {
        kind: 'opened',
        edits: [{ kind: 'peer-changed' }],
        witness: {
          source: { present: false, namespace: expect.stringMatching(/^other/) },
          destination: { name: 'db', present: true },
          allowed: true,
        },
      },
    ])
  })

  it('is told of policies of namespaces without pods', () => {
    const empty = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: empty}\n---\n'
    const deny = DENY.replace('namespace: shop', 'namespace: empty')
    const answer = between(empty + deny, empty)
    expect(answer.changes).toEqual([])
    expect(answer.possible).toMatchObject([
      { edits: [{ kind: 'policy-removed' }], witness: { destination: { namespace: 'empty', present: false } } },
    ])
  })

  it('is not told again where a pod of the input shows the same edit opening as much', () => {
    expect(between(DENY, '').possible).toEqual([])
  })
})

describe('the edits of random changes', () => {
  const SEEDS = Array.from({ length: 150 }, (_, index) => 9_000 + index)

  /** A snapshot with some edits of its policies not made. */
  function without(before: Snapshot, after: Snapshot, edits: ReadonlySet<string>): Snapshot {
    const { changed, steady } = policyChanges(before, after)
    const all = changed.flatMap(({ draft }) => draft.edits)
    const kept = new Set(all.filter((_, index) => !edits.has(`${index}`)))
    return {
      ...after,
      networkPolicies: [
        ...steady.networkPolicies,
        ...changed.flatMap((one) => (one.kind === 'network' ? (one.draft.build(kept) ?? []) : [])),
      ],
    }
  }

  it('make the later policies of the earlier ones when all are made, and nothing when none is', () => {
    for (const seed of SEEDS) {
      const before = randomSnapshot(seed)
      const after = { ...before, networkPolicies: randomSnapshot(seed + 20_000).networkPolicies }
      const { changed } = policyChanges(before, after)
      const all = changed.flatMap(({ draft }) => draft.edits.map((_, index) => `${index}`))
      const engineOf = (snapshot: Snapshot) => createEngine(snapshot)
      const everything = engineOf(without(before, after, new Set()))
      const nothing = engineOf(
        without(before, after, new Set(Array.from({ length: all.length }, (_, index) => `${index}`))),
      )
      for (const source of podsOf(before).map(podEndpoint)) {
        for (const destination of podsOf(before).map(podEndpoint)) {
          for (const family of [4, 6] as const) {
            expect(everything.reach(source, destination, family)).toEqual(
              engineOf(after).reach(source, destination, family),
            )
            expect(nothing.reach(source, destination, family)).toEqual(
              engineOf(before).reach(source, destination, family),
            )
          }
        }
      }
    }
  })

  it('undo what they opened when they are taken back', () => {
    let changes = 0
    for (const seed of SEEDS) {
      const before = randomSnapshot(seed)
      const edited = randomlyEdited(before, seed)
      const after = { ...before, networkPolicies: edited.networkPolicies }
      const answer = diff(before, after)
      const pods = new Map(podsOf(before).map((pod) => [`${pod.namespace}/${pod.name}`, pod]))
      for (const change of answer.changes) {
        if (change.kind !== 'opened' || change.after !== 'Allowed') continue
        expect(change.edits.length).toBeGreaterThan(0)
        const taken = new Set(change.edits.map((edit) => `${answer.edits.indexOf(edit)}`))
        const engine = createEngine(without(before, after, taken))
        for (const source of change.sources) {
          for (const destination of change.destinations) {
            if (source.kind === 'outside' || destination.kind === 'outside') continue
            const [a, b] = [source, destination].map(({ namespace, name }) => pods.get(`${namespace}/${name}`))
            if (!a || !b || a === b) continue
            for (const family of change.families) {
              const { allowed } = engine.reach(podEndpoint(a), podEndpoint(b), family)
              expect(isEmpty(intersectConnections(allowed, change.connections)), `seed ${seed}`).toBe(true)
              changes++
            }
          }
        }
      }
    }
    expect(changes).toBeGreaterThan(200)
  })
})

describe('a diff for readers', () => {
  const answer = between(DENY, '')

  it('says how many opened and closed', () => {
    expect(plainText(diffLines(answer))).toMatch(/^OPENED\n.*\n\d+ opened, 0 closed\n$/s)
    expect(diffMarkdown(answer)).toMatch(/^\*\*Network policies: \d+ opened, 0 closed\*\*\n\n### Opened\n/)
    expect(plainText(diffLines(between('', '')))).toBe('no connection opened or closed\n')
  })

  it('keeps hostile names in their place', () => {
    const hostile = PODS.replaceAll('name: web,', 'name: "x`|<b>\\e[31m",')
    const { changes } = answer
    expect(changes.length).toBeGreaterThan(0)
    expect(hostile).not.toBe(PODS)
    const named: Diff = {
      ...answer,
      changes: changes.map((change) => ({
        ...change,
        sources: [{ kind: 'workload', namespace: 'a|b', name: '<img>\u001b[31m`x`', owner: 'Pod', presence: 'both' }],
      })),
    }
    const text = diffMarkdown(named)
    expect(text).toContain('a\\|b/&lt;img>\\\\u{1b}\\[31m')
    expect(plainText(diffLines(named))).not.toContain('\u001b')
  })
})
