// Drafted Moats of examples and of the corpus: each is read, rendered and proven beside the input that it was drafted from.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { prove } from '../src/analysis/prove.ts'
import { readInput } from '../src/cli/input/read-input.ts'
import { formatDiagnostic } from '../src/diag/diagnostic.ts'
import type { SourceFile } from '../src/diag/source.ts'
import { draftOf, surroundingsOf } from '../src/intent/init/init.ts'
import { policiesInForce } from '../src/intent/policies-in-force.ts'
import { configTexts } from '../src/parse/config-maps.ts'
import { parse } from '../src/parse/parse.ts'
import { qualifiedName } from '../src/policy/snapshot.ts'
import { moatFile } from '../src/render/moat-file.ts'
import { corpusFolder } from './support/corpus.ts'

const root = resolve(import.meta.dirname, '..')
const corpus = corpusFolder()
const reason = corpus === undefined ? ' [skipped: the corpus is not beside the checkout]' : ''

/** Drafts a Moat for each workload, and counts what became of them. */
function draftAll(sources: readonly SourceFile[], most: number) {
  const counts = { drafts: 0, proven: 0, refuted: 0, callers: 0, open: 0 }
  const { snapshot } = parse(sources, { otherPolicies: 'warn' })
  const configs = new Map(configTexts(sources, 'default').map((config) => [qualifiedName(config), config.text]))
  const around = surroundingsOf(snapshot, configs)
  for (const subject of around.subjects.filter(({ hostNetwork }) => !hostNetwork).slice(0, most)) {
    const draft = draftOf(subject, around)
    if (!draft) continue
    counts.drafts += 1
    counts.callers += draft.callers.length
    const file = { name: 'moat.yaml', text: moatFile(draft) }
    const read = parse([...sources, file], { otherPolicies: 'warn' })
    const errors = read.diagnostics.filter(
      ({ severity, span }) => severity === 'error' && span?.file.name === file.name,
    )
    expect(errors.map(formatDiagnostic)).toEqual([])
    const inForce = policiesInForce(read.snapshot)
    const refused = inForce.diagnostics.filter(({ severity }) => severity === 'error')
    if (draft.questions.some(({ kind }) => kind === 'port')) {
      counts.open += 1
      continue
    }
    expect(refused.map(formatDiagnostic)).toEqual([])
    expect(inForce.moats).toHaveLength(1)
    // By itself the Moat keeps all that it promises; beside the policies of the input it may not.
    const own = inForce.moats.flatMap(({ rendered }) => rendered.policies)
    const alone = { ...inForce.snapshot, networkPolicies: own, clusterPolicies: [] }
    for (const { moat } of inForce.moats) {
      const { claims } = prove(alone, moat)
      counts.proven += claims.filter(({ verdict }) => verdict === 'PROVEN').length
      counts.refuted += claims.filter(({ verdict }) => verdict === 'REFUTED').length
    }
  }
  return counts
}

describe('a drafted Moat', () => {
  const examples = readdirSync(join(root, 'examples'))
    .sort()
    .map((name) => (existsSync(join(root, 'examples', name, 'after')) ? `${name}/after` : name))

  it.each(examples)('of each workload of the example %s is read, rendered and proven', (example) => {
    const { sources } = readInput([join(root, 'examples', example)])
    const counts = draftAll(
      sources.filter(({ text }) => !/^kind: Moat$/m.test(text)),
      10,
    )
    expect(counts.drafts).toBeGreaterThan(1)
    expect(counts.proven).toBeGreaterThan(5)
    expect(counts.refuted).toBe(0)
  })

  it.skipIf(corpus === undefined)(`of workloads of the corpus is, too${reason}`, () => {
    const total = { drafts: 0, proven: 0, refuted: 0, callers: 0, open: 0 }
    for (const folder of readdirSync(join(corpus ?? '', 'input'))) {
      const counts = draftAll(readInput([join(corpus ?? '', 'input', folder)]).sources, 3)
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += counts[key]
    }
    expect(total.refuted).toBe(0)
    expect(Math.min(total.drafts, total.callers, total.proven / 10)).toBeGreaterThan(30)
  })
})

describe('moat init', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'moat-init-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  function moat(...args: readonly string[]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin/moat.mjs'), ...args], {
      cwd: folder,
      encoding: 'utf8',
      input: '',
    })
    return { status, stdout, stderr }
  }
  const seed = ['policy.yaml', 'workloads.yaml'].flatMap((name) => ['-f', join(root, 'examples/seed', name)])

  it('writes moat.yaml, which the other commands take as it is', () => {
    const { status, stdout, stderr } = moat('init', 'ai-models/slm', ...seed)
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
    expect(stderr).toContain('wrote moat.yaml: the moat of Deployment ai-models/slm, port 8080\n')
    expect(readFileSync(join(folder, 'moat.yaml'), 'utf8')).toContain('  - name: feature-api\n')
    expect(moat('render', 'moat.yaml', ...seed).status).toBe(0)
    const workloads = ['-f', join(root, 'examples/seed/workloads.yaml')]
    const proof = moat('prove', 'moat.yaml', ...workloads)
    expect([proof.status, proof.stdout.includes('PROVEN')]).toEqual([0, true])
  })

  it('never writes over a file without --force', () => {
    writeFileSync(join(folder, 'moat.yaml'), 'mine')
    const refused = moat('init', 'slm', ...seed)
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain('[init-file-exists]')
    expect(readFileSync(join(folder, 'moat.yaml'), 'utf8')).toBe('mine')
    expect(moat('init', 'slm', ...seed, '--force').status).toBe(0)
    expect(readFileSync(join(folder, 'moat.yaml'), 'utf8')).toContain('kind: Moat')
  })

  it('prints to stdout with -o -, and exits with 1 while something is open', () => {
    const { status, stdout, stderr } = moat('init', 'slm', '-f', join(root, 'examples/seed/workloads.yaml'), '-o', '-')
    expect(existsSync(join(folder, 'moat.yaml'))).toBe(false)
    expect(stdout).toContain('# FILL IN: who may call the model')
    expect(stderr).toContain('open: Who may call the model?')
    expect(status).toBe(1)
  })

  it('says which workloads there are when it does not find the one that is meant', () => {
    const unknown = moat('init', 'ai-models/slim', ...seed)
    expect([unknown.status, unknown.stderr.includes('[init-unknown-workload]')]).toEqual([2, true])
    expect(unknown.stderr).toContain('`ai-models/slm`')
    expect(moat('init', 'feature-api', ...seed).stderr).toContain('[init-ambiguous]')
    expect(moat('init', 'slm', join(root, 'examples/seed')).stderr).toContain('[init-moat-exists]')
    const bare = join(folder, 'bare.yaml')
    writeFileSync(bare, 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c}]}\n')
    expect(moat('init', 'p', bare).stderr).toContain('[init-no-labels]')
    expect(moat('init', 'slm', ...seed, '-o', 'no/such/folder.yaml').stderr).toContain('[init-not-written]')
  })
})
