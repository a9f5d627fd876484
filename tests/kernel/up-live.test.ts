// The live view: events of the kernel as they happen, and a saved file put in force.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noSandbox } from '../support/skip.ts'
import { ROOT, startMoat } from '../support/up.ts'

const STRANGER = '  - name: batch\n    podSelector:\n      matchLabels:\n        app: batch-job\n'

describe.skipIf(noSandbox())(`the live view [${noSandbox() ?? 'sandbox'}]`, () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'moat-live-'))
    cpSync(join(ROOT, 'examples/seed'), folder, { recursive: true })
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const edit = (change: (text: string) => string): void => {
    const file = join(folder, 'moat.yaml')
    writeFileSync(file, change(readFileSync(file, 'utf8')))
  }

  it('shows who is denied by which policy, then lets in whom a saved Moat names, and keeps the rules when a file is broken', async () => {
    const run = startMoat(['up', folder, '--model', 'bundled'])
    await run.saw('LIVE')
    await run.saw('no rule of NetworkPolicy')
    edit((text) => text.replace('  egress:', `${STRANGER}  egress:`))
    await run.saw('now Allowed: ai-models/stranger → ai-models/slm tcp/8080 IPv4')
    await run.saw('now Allowed: ai-models/stranger → ai-models/slm tcp/8080 IPv6')
    await run.saw('allow ai-models/stranger → ai-models/slm tcp/8080')
    edit((text) => text.replace('callers:', 'calers:'))
    await run.saw('the rules in force stay')
    edit((text) => text.replace('calers:', 'callers:').replace(STRANGER, ''))
    await run.saw('now Denied: ai-models/stranger → ai-models/slm tcp/8080 IPv4')
    run.child.kill('SIGINT')
    const { status, stdout, stderr } = await run.ended
    expect(status).toBe(0)
    expect(stderr).toContain('did you mean')
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  it('ends when the reader of its output goes away', async () => {
    const run = startMoat(['up', folder, '--model', 'bundled'])
    await run.saw('LIVE')
    run.child.stdout?.destroy()
    const { status } = await run.ended
    expect(status).toBe(0)
  })
})
