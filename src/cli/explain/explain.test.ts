// `moat explain` as a process: what it prints, and its exit codes.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { applyFiles } from './apply.ts'

const root = resolve(import.meta.dirname, '../../..')

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function newFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'moat-explain-'))
  folders.push(path)
  return path
}

function moat(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/moat.mjs', 'explain', ...args], {
    cwd: root,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

const SHOP = ['-f', 'examples/plain-policies']

describe('moat explain', () => {
  it('names the deciding rule of each direction with its place', () => {
    const { status, stdout } = moat('shop/web', 'shop/orders:9000', '--no-fix', ...SHOP)
    expect(status).toBe(0)
    expect(stdout).toMatch(/^shop\/web to shop\/orders, tcp\/9000: Allowed\n/)
    expect(stdout).toContain(
      '  egress    `NetworkPolicy shop/web` egress rule 1 allows `shop/orders` (examples/plain-policies/policies.yaml:26:5)\n',
    )
    expect(stdout).toContain(
      '  ingress   `NetworkPolicy shop/orders` ingress rule 1 allows `shop/web` (examples/plain-policies/policies.yaml:45:5)\n',
    )
  })

  it('leads through a Service to the pod port (S20), and asks for every pod behind it', () => {
    const { stdout } = moat('internet', 'svc/shop/web:80', ...SHOP)
    expect(stdout).toContain('the internet to shop/web-0 and shop/web-1, tcp/8080: Allowed')
    expect(stdout).toContain('port 80 of Service `shop/web` is port 8080 of the pods: policies see 8080')
  })

  it('says that the address is inside an except', () => {
    const { stdout } = moat('shop/orders', '198.51.100.70:8443', ...SHOP)
    expect(stdout).toContain('Denied')
    expect(stdout).toContain('but the address is inside `except 198.51.100.64/26`')
  })

  it('refuses unknown and ambiguous names and ports at their place in the argument, with a suggestion', () => {
    const { status, stdout, stderr } = moat('shop/wbe', 'shop/orders:0', ...SHOP)
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('SRC:1:1: error: the input has no pod or workload `shop/wbe` [unknown-place]')
    expect(stderr).toContain('did you mean `shop/web`?')
    expect(stderr).toContain('DST:1:13: error: `0` is no port [invalid-port-argument]')
  })

  it('refuses two ends outside, Services as sources, and ports that a Service has not', () => {
    expect(moat('internet', '203.0.113.7', ...SHOP).stderr).toContain('[invalid-place]')
    expect(moat('svc/shop/web', 'shop/orders', ...SHOP).stderr).toContain('[invalid-place]')
    const { status, stderr } = moat('shop/web', 'svc/shop/web:81', ...SHOP)
    expect([status, stderr]).toEqual([2, expect.stringContaining('[nothing-to-explain]')])
  })

  it('says what each profile makes of a verdict that depends, and which pods a block does not speak of', () => {
    const path = join(newFolder(), 'file.yaml')
    const pod = (name: string, ip: string): string =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: a, labels: {app: ${name}}}\nspec: {containers: [{name: c, image: i}]}\nstatus: {podIPs: [{ip: ${ip}}]}\n`
    const policy =
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: a}\nspec: {podSelector: {matchLabels: {app: one}}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}\n'
    writeFileSync(path, [pod('one', '10.0.0.1'), pod('two', '10.0.0.2'), policy].join('---\n'))
    const { stdout } = moat('a/two', 'a/one:80', '-f', path)
    expect(stdout).toContain('tcp/80 over IPv4: Depends')
    expect(stdout).toContain('but no rule surely allows `a/two`')
    expect(stdout).toContain(
      '--profile conformance says Allowed; --profile calico says Allowed; --profile cilium says Denied',
    )
    expect(moat('10.0.0.2', 'a/one:80', '-f', path, '--profile', 'cilium', '--expect', 'denied').status).toBe(0)
    const block = moat('10.0.0.0/24', 'a/one:80', '-f', path).stdout
    expect(block).toContain('10.0.0.0/24 to a/one, tcp/80: Allowed')
    expect(block).toContain('among the addresses are those of `a/one` and `a/two`, of which nothing is said here')
  })

  it('takes --expect for the exit code', () => {
    expect(moat('shop/web', 'shop/orders:9000', '--expect', 'allowed', ...SHOP).status).toBe(0)
    expect(moat('shop/web', 'shop/orders:9000', '--expect', 'denied', ...SHOP).status).toBe(1)
    expect(moat('shop/web', 'shop/orders', '--expect', 'denied', ...SHOP).status).toBe(1)
  })
})

describe('moat explain --apply', () => {
  const policies = readFileSync(join(root, 'examples/plain-policies/policies.yaml'), 'utf8')
  const workloads = readFileSync(join(root, 'examples/plain-policies/workloads.yaml'), 'utf8')

  function folder(text = policies): string {
    const path = newFolder()
    writeFileSync(join(path, 'policies.yaml'), text)
    writeFileSync(join(path, 'workloads.yaml'), workloads)
    return path
  }

  it('writes just the lines of its diff, after which the answer is the other one, and again back', () => {
    const path = folder()
    const file = join(path, 'policies.yaml')
    chmodSync(file, 0o640)
    const question = ['ops/backup', 'shop/orders:9000', '-f', path]
    expect(moat(...question, '--expect', 'denied').status).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe(policies)
    const { stderr, status } = moat(...question, '--apply')
    expect([status, stderr]).toEqual([0, `written to ${file}: the answer is now Allowed\n`])
    const now = readFileSync(file, 'utf8')
    const added = now.split('\n').filter((line) => !policies.split('\n').includes(line))
    expect(added).toEqual(['          kubernetes.io/metadata.name: ops'])
    expect(now.split('\n')).toHaveLength(policies.split('\n').length + 6)
    expect(statSync(file).mode & 0o777).toBe(0o640)
    expect(readdirSync(path).toSorted()).toEqual(['policies.yaml', 'workloads.yaml'])
    expect(moat(...question, '--expect', 'allowed').status).toBe(0)
    expect(moat(...question, '--apply').status).toBe(0)
    expect(moat(...question, '--expect', 'denied').status).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe(policies)
  })

  it('keeps a byte order mark and Windows line ends, and writes through a link', () => {
    const path = folder(`\ufeff${policies.replaceAll('\n', '\r\n')}`)
    const link = join(path, 'link')
    symlinkSync(join(path, 'policies.yaml'), link)
    const args = ['shop/orders', '198.51.100.70:8443', '-f', link, '-f', join(path, 'workloads.yaml'), '--apply']
    expect(moat(...args).status).toBe(0)
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    const now = readFileSync(join(path, 'policies.yaml'), 'utf8')
    const wanted = policies.replace('        except: [198.51.100.64/26]\n', '')
    expect(now).toBe(`\ufeff${wanted.replaceAll('\n', '\r\n')}`)
  })

  it('changes the Moat where its policy decides, and back', () => {
    const path = newFolder()
    for (const name of ['moat.yaml', 'workloads.yaml']) {
      writeFileSync(join(path, name), readFileSync(join(root, 'examples/seed', name), 'utf8'))
    }
    const before = readFileSync(join(path, 'moat.yaml'), 'utf8')
    const question = ['ai-models/stranger', 'svc/ai-models/slm', '-f', path]
    const { stdout, status } = moat(...question, '--apply')
    expect(status).toBe(0)
    expect(stdout).toContain(
      'To allow it, add a caller to Moat ai-models/slm-isolation (4 lines; nothing else changes).',
    )
    expect(moat(...question, '--expect', 'allowed').status).toBe(0)
    expect(moat(...question, '--apply').stdout).toContain(
      'To deny it, remove `stranger` from Moat ai-models/slm-isolation',
    )
    expect(moat(...question, '--expect', 'denied').status).toBe(0)
    expect(readFileSync(join(path, 'moat.yaml'), 'utf8')).toBe(before)
  })

  it('refuses standard input, and an answer that no small edit turns around', () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      ['bin/moat.mjs', 'explain', 'ops/backup', 'shop/orders:9000', '-f', '-', '--apply'],
      { cwd: root, encoding: 'utf8', input: `${policies}\n---\n${workloads}` },
    )
    expect([status, stderr]).toEqual([2, expect.stringContaining('[edit-not-a-file]')])
    const path = folder()
    const self = moat('ops/backup', 'ops/backup:22', '-f', path, '--apply')
    expect([self.status, self.stderr]).toEqual([2, expect.stringContaining('[no-edit]')])
    expect(readFileSync(join(path, 'policies.yaml'), 'utf8')).toBe(policies)
  })

  it('refuses a file that has changed since it was read, and then writes none', () => {
    const path = folder()
    const [one, other] = ['policies.yaml', 'workloads.yaml'].map((name) => join(path, name)) as [string, string]
    const files = [
      { file: { name: one, text: policies }, text: 'new', diff: '' },
      { file: { name: other, text: 'as it was' }, text: 'new', diff: '' },
    ]
    expect(applyFiles(files)?.code).toBe('edit-file-changed')
    expect(readFileSync(one, 'utf8')).toBe(policies)
    expect(readdirSync(path).toSorted()).toEqual(['policies.yaml', 'workloads.yaml'])
  })
})
