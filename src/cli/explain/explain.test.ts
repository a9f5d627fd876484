// `moat explain` as a process: what it prints, and its exit codes.
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')

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
    const { status, stdout } = moat('shop/web', 'shop/orders:9000', ...SHOP)
    expect(status).toBe(0)
    expect(stdout).toBe(`shop/web to shop/orders, tcp/9000: Allowed
  egress    \`NetworkPolicy shop/web\` egress rule 1 allows \`shop/orders\` (examples/plain-policies/policies.yaml:26:5)
  ingress   \`NetworkPolicy shop/orders\` ingress rule 1 allows \`shop/web\` (examples/plain-policies/policies.yaml:45:5)
`)
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

  it('takes --expect for the exit code', () => {
    expect(moat('shop/web', 'shop/orders:9000', '--expect', 'allowed', ...SHOP).status).toBe(0)
    expect(moat('shop/web', 'shop/orders:9000', '--expect', 'denied', ...SHOP).status).toBe(1)
    expect(moat('shop/web', 'shop/orders', '--expect', 'denied', ...SHOP).status).toBe(1)
  })
})
