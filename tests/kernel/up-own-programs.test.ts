// Programs that users run in their pods: what they take, how they fail, and probes to pods where they own every port.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noSandbox } from '../support/skip.ts'
import { type Outcome, reportOf, runMoat } from '../support/up.ts'

const COMMAND = 'sandbox.modelmoat.dev/command'

type Port = { readonly containerPort: number; readonly protocol?: string }

function pod(name: string, ports: readonly Port[], command?: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'ai',
      labels: { app: name },
      ...(command !== undefined && { annotations: { [COMMAND]: command } }),
    },
    spec: { containers: [{ name, ports }] },
  }
}

const MOAT = {
  apiVersion: 'modelmoat.dev/v1alpha1',
  kind: 'Moat',
  metadata: { name: 'slm', namespace: 'ai' },
  spec: {
    model: { podSelector: { matchLabels: { app: 'slm' } } },
    callers: [{ name: 'api', podSelector: { matchLabels: { app: 'api' } } }],
  },
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'moat-own-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function up(...objects: readonly object[]): Promise<Outcome> {
  const file = join(folder, 'input.yaml')
  writeFileSync(file, objects.map((object) => `${JSON.stringify(object)}\n`).join('---\n'))
  return runMoat(['up', file, '--once', '--model', 'bundled', '-o', 'json'])
}

describe.skipIf(noSandbox())(`a program of the user [${noSandbox() ?? 'sandbox'}]`, () => {
  it('that holds the port of the model ends the run with 3, and the run says in which pod', async () => {
    const hold = 'import socket, time; s = socket.create_server(("", 8080)); time.sleep(1000)'
    const model = pod('slm', [{ containerPort: 8080 }], `exec /usr/bin/python3 -S -c '${hold}'`)
    const { status, stdout, stderr, leftFiles } = await up(model, pod('api', []), MOAT)
    expect({ status, stdout, leftFiles }).toEqual({ status: 3, stdout: '', leftFiles: [] })
    expect(stderr).toMatch(/^error: port 8080 is in use .* \[port-unavailable\]$/m)
    expect(stderr).toContain('ai/slm')
    expect(stderr).toContain(COMMAND)
    expect(stderr).not.toMatch(/internal error|^ +at /m)
  })

  it('that fails is said, and its pod is probed over all protocols all the same', async () => {
    const outcome = await up(
      pod('slm', [{ containerPort: 8080 }]),
      // The port that a held stream would use by itself.
      pod('api', [{ containerPort: 61_001 }]),
      pod(
        'own',
        [{ containerPort: 9, protocol: 'SCTP' }, { containerPort: 9 }],
        "printf '\\033[31mboom\\n' >&2; exit 7",
      ),
      pod('fine', [], 'true'),
      MOAT,
    )
    expect({ status: outcome.status, leftFiles: outcome.leftFiles }).toEqual({ status: 0, leftFiles: [] })
    const { summary, remarks, streams, cells } = reportOf(outcome)
    expect(summary).toMatchObject({ disagree: 0, inconclusive: 0 })
    expect(remarks).toContain('the command of ai/own ended with 7: \\u{1b}[31mboom')
    expect(remarks.join()).not.toContain('ai/fine')
    expect(streams).toContainEqual(expect.objectContaining({ source: 'ai/api', after: 'open' }))
    const sctp = cells.filter(({ destination, protocol }) => destination === 'ai/own' && protocol === 'SCTP')
    expect(sctp.length).toBeGreaterThan(8)
  })
})
