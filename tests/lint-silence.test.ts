// How silent the linter is on policies that others wrote: every alarm is in the table of docs/lint.md, judged by a person.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lint } from '../src/analysis/lint/lint.ts'
import { readInput } from '../src/cli/input/read-input.ts'
import { policiesInForce } from '../src/intent/policies-in-force.ts'
import { parse } from '../src/parse/parse.ts'
import type { Moat, PodTemplate, Snapshot } from '../src/policy/snapshot.ts'
import { corpusFolder } from './support/corpus.ts'
import { labelled, moat, tcp } from './support/moats.ts'

const root = resolve(import.meta.dirname, '..')
const corpus = corpusFolder()
const reason = corpus === undefined ? ' [skipped: the corpus is not beside the checkout]' : ''
const text = readFileSync(join(root, 'docs/lint.md'), 'utf8')

/** `folder rule count` of each row of the table. */
function rows(source: 'corpus' | 'examples'): string[] {
  const table = [
    ...text.matchAll(/^\| (corpus|examples)\/(\S+) +\| `([a-z-]+)` +\| (\d+) +\| (true|false): [^|]{10,}\|$/gm),
  ]
  return table.filter((row) => row[1] === source).map(([, , folder, rule, count]) => `${folder} ${rule} ${count}`)
}

function read(folder: string): Snapshot {
  return parse(readInput([folder]).sources, { otherPolicies: 'warn' }).snapshot
}

function alarms(snapshot: Snapshot): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { code } of lint(policiesInForce(snapshot))) counts.set(code, (counts.get(code) ?? 0) + 1)
  return counts
}

function counted(folder: string): string[] {
  return readdirSync(folder).flatMap((name) =>
    [...alarms(read(join(folder, name)))].map(([rule, count]) => `${name} ${rule} ${count}`),
  )
}

/** Moats around the first workloads that policies can see, as if each served a model on its first TCP port. */
function moatsOf(snapshot: Snapshot): Moat[] {
  const pods = [
    ...snapshot.workloads.map(({ namespace, template }): [string, PodTemplate] => [namespace, template]),
    ...snapshot.pods.map((pod): [string, PodTemplate] => [pod.namespace, pod]),
  ]
  return pods
    .filter(([, { hostNetwork, labels }]) => !hostNetwork && labels.size > 0)
    .slice(0, 2)
    .map(([namespace, { labels, ports }], nth) => {
      const model = {
        pods: labelled(Object.fromEntries(labels)),
        apiPort: tcp(ports.find(({ protocol }) => protocol === 'TCP')?.port ?? 8080),
      }
      return { ...moat({ model, egress: [], dns: 'Cluster' }), namespace, name: `moat-${nth}` }
    })
}

describe('the linter', () => {
  it('says of the examples what the table lists, and nothing else', () => {
    expect(counted(join(root, 'examples')).sort()).toEqual(rows('examples').sort())
  })

  it.skipIf(corpus === undefined)(`says of the corpus what the table lists, and nothing else${reason}`, () => {
    const found = counted(join(corpus ?? '', 'input'))
    expect(found.length).toBeGreaterThan(10)
    expect(found.sort()).toEqual(rows('corpus').sort())
  })

  it.skipIf(corpus === undefined)(`has nothing to say of a Moat around workloads of the corpus${reason}`, () => {
    let count = 0
    const told = new Set<string>()
    for (const name of readdirSync(join(corpus ?? '', 'input'))) {
      const snapshot = read(join(corpus ?? '', 'input', name))
      for (const around of moatsOf(snapshot)) {
        count++
        // A Moat made here has no place in a text, so what is said of its policies has none either.
        const found = lint(policiesInForce({ ...snapshot, moats: [around] })).filter(({ span }) => !span)
        // That the admin tier overrules a Moat is worth an alarm: two folders have such policies.
        const own = found.filter(({ code }) => !code.startsWith('admin-'))
        for (const { code, message } of own) told.add(`${name} ${code} ${message}`)
      }
    }
    expect(count).toBeGreaterThan(60)
    expect([...told]).toEqual([])
  })
})
