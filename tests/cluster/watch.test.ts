// `moat watch --once` on a real API server: clean, then drifted by an edit and by somebody else's policy, then without a server.
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { describeWithApiServer } from './support/api-server.ts'

const root = resolve(import.meta.dirname, '../..')
const POLICIES = '/apis/networking.k8s.io/v1/namespaces/ai-models/networkpolicies'

function moat(args: readonly string[]): {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
} {
  return spawnSync(process.execPath, ['bin/moat.mjs', ...args], { cwd: root, encoding: 'utf8' })
}

describeWithApiServer('watch --once', (server) => {
  const watch = (
    kubeconfig = server().kubeconfig,
  ): { code: number | null; found: { kind: string; about: string }[] } => {
    const input = ['-f', 'examples/seed/moat.yaml', '--kubeconfig', kubeconfig]
    const { status, stdout } = moat(['watch', '--once', ...input, '-o', 'json'])
    return { code: status, found: stdout === '' ? [] : (JSON.parse(stdout) as { kind: string; about: string }[]) }
  }

  beforeAll(async () => {
    const { admin } = server()
    await admin.must('POST', '/api/v1/namespaces', { body: { metadata: { name: 'ai-models' } } })
    for (const name of ['small-language-model', 'feature-api']) {
      await admin.must('POST', '/api/v1/namespaces/ai-models/pods', {
        body: {
          metadata: { name, labels: { app: name } },
          spec: {
            automountServiceAccountToken: false,
            containers: [{ name: 'c', image: 'i', ports: [{ name: 'http', containerPort: 8080 }] }],
          },
        },
      })
    }
    const rendered = moat(['render', 'examples/seed', '-o', 'json'])
    const { items } = JSON.parse(rendered.stdout) as { items: { kind: string }[] }
    for (const body of items.filter(({ kind }) => kind === 'NetworkPolicy'))
      await admin.must('POST', POLICIES, { body })
  })

  it('is clean where the cluster holds what `moat render` printed', () => {
    expect(watch()).toEqual({ code: 0, found: [] })
  })

  it("names the claims that somebody else's policy refutes, and is clean again without it", async () => {
    const body = { metadata: { name: 'debug' }, spec: { podSelector: {}, ingress: [{}] } }
    await server().admin.must('POST', POLICIES, { body })
    const { code, found } = watch()
    expect(code).toBe(1)
    expect(found).toContainEqual(
      expect.objectContaining({
        kind: 'claim-refuted',
        location: expect.stringContaining('NetworkPolicy ai-models/debug') as string,
      }),
    )
    await server().admin.must('DELETE', `${POLICIES}/debug`)
    expect(watch()).toEqual({ code: 0, found: [] })
  })

  it('names a policy of ours that was edited', async () => {
    await server().admin.must('PATCH', `${POLICIES}/slm-isolation`, {
      type: 'application/merge-patch+json',
      body: { spec: { ingress: [{}] } },
    })
    const { code, found } = watch()
    expect(code).toBe(1)
    expect(found.map(({ kind, about }) => `${kind} ${about}`)).toEqual([
      'policy-changed NetworkPolicy ai-models/slm-isolation',
      'claim-refuted only-entrants/tcp/8080',
      'claim-refuted other-ports',
      'claim-refuted no-outside',
    ])
  })

  it('never says clean to who may not read policies', () => {
    const { code, found } = watch(server().kubeconfigFor({ user: 'nobody', groups: [] }))
    expect({ code, found }).toEqual({ code: 3, found: [] })
  })
})
