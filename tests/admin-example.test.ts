// The commands on examples/admin, from the command line: each tier decides somewhere, and each command tells the same.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const EXAMPLE = 'examples/admin'
const scratch = mkdtempSync(join(tmpdir(), 'moat-admin-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function moat(...args: string[]): { status: number | null; stdout: string; told: string } {
  const env = { ...process.env, NO_COLOR: '1' }
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/moat.mjs', ...args], {
    cwd: root,
    encoding: 'utf8',
    env,
  })
  return { status, stdout, told: (stdout + stderr).replaceAll(/\s+/g, ' ') }
}

function explained(source: string, destination: string, folder = EXAMPLE): string {
  return moat('explain', '-f', folder, source, destination).told
}

/** A copy of the example with an edit of the platform's policies; `edit` must change them. */
function edited(name: string, edit: (text: string) => string): string {
  const folder = join(scratch, name)
  cpSync(join(root, EXAMPLE), folder, { recursive: true })
  const file = join(folder, 'platform.yaml')
  const text = readFileSync(file, 'utf8')
  expect(edit(text)).not.toBe(text)
  writeFileSync(file, edit(text))
  return folder
}

/** `file:line:col` of the first place of a text in the platform's policies. */
function placeOf(text: string): string {
  const lines = readFileSync(join(root, EXAMPLE, 'platform.yaml'), 'utf8').split('\n')
  const at = lines.findIndex((line) => line.includes(text))
  return `(${EXAMPLE}/platform.yaml:${at + 1}:${(lines[at] as string).indexOf(text) + 1})`
}

describe('policies of the platform team', () => {
  it('decide before the NetworkPolicies, with the line', () => {
    const said = explained('batch/crawler', 'shop/db:5432')
    expect(said).toContain('tcp/5432: Denied')
    expect(said).toContain(`ingress rule 3 \`other-jobs\` denies connections`)
    expect(said).toContain(placeOf('name: other-jobs'))
  })

  it('pass on to the NetworkPolicies', () => {
    const said = explained('batch/nightly', 'shop/db:5432')
    expect(said).toContain('tcp/5432: Allowed')
    expect(said).toContain(`passes on connections from \`batch/nightly\` ${placeOf('name: nightly')}`)
    expect(said).toContain('`NetworkPolicy shop/db` ingress rule 1 allows')
  })

  it('pass on to the baseline where no NetworkPolicy isolates', () => {
    const said = explained('batch/nightly', 'shop/web:8000')
    expect(said).toContain('tcp/8000: Denied')
    expect(said).toContain(`ingress rule 1 \`jobs\` denies connections from \`batch/nightly\` ${placeOf('name: jobs')}`)
  })

  it('leave to the default what none of them speaks of', () => {
    expect(explained('shop/db', 'shop/web:8000')).toContain('so the default accepts')
  })

  it('are changed by the smallest edit, after which the answer is the other one', () => {
    const folder = edited('applied', (text) => `${text}\n`)
    const { told } = moat('explain', '-f', folder, 'batch/crawler', 'shop/db:5432', '--apply')
    expect(told).toContain('remove the ingress rule of ClusterNetworkPolicy platform')
    expect(explained('batch/crawler', 'shop/db:5432', folder)).toContain('tcp/5432: Allowed')
  })

  it('are in the map', () => {
    const { status, stdout } = moat('map', EXAMPLE)
    expect(status).toBe(0)
    expect(stdout).toMatch(/^monitoring\/prometheus +ai-models\/slm, shop\/db +all$/m)
    expect(stdout).toMatch(/^batch\/nightly, shop\/web +shop\/db +tcp\/5432$/m)
  })

  it('refute the Moat, by the name and place of the rule', () => {
    const { status, told } = moat('prove', EXAMPLE)
    expect(status).toBe(1)
    expect(told).toContain('REFUTED only pods {ns=ai-models, app=feature-api} can open tcp/8080')
    expect(told).toContain(
      `ClusterNetworkPolicy platform, ingress rule 1 \`monitoring\` ${placeOf('name: monitoring')}`,
    )
    const without = edited('proven', (text) => text.replace('action: Accept', 'action: Pass'))
    expect(moat('prove', without).told).toContain('PROVEN only pods {ns=ai-models, app=feature-api} can open tcp/8080')
  })

  it('hold what the assertions say', () => {
    expect(moat('assert', EXAMPLE).status).toBe(0)
    const without = edited('asserted', (text) => text.replace('action: Pass', 'action: Deny'))
    const { status, told } = moat('assert', without)
    expect(status).toBe(1)
    expect(told).toContain('the nightly job reaches it')
  })

  it('are warned of where they open what a NetworkPolicy isolates', () => {
    const { status, told } = moat('lint', EXAMPLE)
    expect(status).toBe(1)
    expect(told).toContain('[admin-opens-isolated]')
    const shadowed = edited('shadowed', (text) =>
      text.replace('podSelector:\n          matchLabels: {app: nightly}', 'podSelector: {}'),
    )
    expect(moat('lint', shadowed).told).toContain('[admin-rule-shadowed]')
  })

  it('do not appear in what is rendered', () => {
    const { status, stdout } = moat('render', EXAMPLE)
    expect(status).toBe(0)
    expect(stdout).toContain('kind: NetworkPolicy')
    expect(stdout).not.toContain('ClusterNetworkPolicy')
  })
})

describe('a difference in policies of the platform team', () => {
  it('that puts a Pass above a Deny opens what the NetworkPolicy allows, and no more', () => {
    const before = edited('before', (text) => text.replace(/ {2}- name: nightly\n[^]*?(?= {2}- name: other-jobs)/, ''))
    const { status, told } = moat('diff', before, EXAMPLE)
    expect(status).toBe(1)
    expect(told).toContain('batch/nightly')
    expect(told).toContain('tcp/5432')
    expect(told).toContain('ClusterNetworkPolicy platform')
    expect(told).not.toContain('batch/crawler')
  })

  it('that makes priorities equal leaves open what the two policies say differently', () => {
    const second = `---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: second}
spec:
  tier: Admin
  priority: 20
  subject: {namespaces: {matchLabels: {tenant: "yes"}}}
  ingress: [{action: Accept, from: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: batch}}}]}]
`
    const before = edited('apart', (text) => `${text}${second}`)
    const after = edited('tied', (text) => `${text}${second.replace('20', '10')}`)
    const { told } = moat('diff', before, after)
    expect(told).toContain('batch/crawler')
    expect(told).toContain('perhaps opened: was denied, is perhaps open: policies of one tier and priority')
    expect(moat('lint', after).told).toContain('[priority-tie]')
    expect(explained('batch/crawler', 'shop/db:5432', after)).toContain('Depends')
  })
})
