// The API server that the other tests stand on: it keeps what it is given, knows who asks, and survives its own death.
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, it } from 'vitest'
import { ApiServer } from '../../scripts/cluster/api-server.ts'
import { ApiClient } from '../../scripts/cluster/request.ts'
import { describeWithApiServer } from './support/api-server.ts'

const POLICIES = '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies'

const policy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'with-from', namespace: 'default' },
  spec: {
    podSelector: { matchLabels: { app: 'small-language-model' } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: { app: 'feature-api' } } }] }],
  },
}

async function get(server: ApiServer, kubeconfig: string): Promise<number> {
  const client = new ApiClient(kubeconfig)
  try {
    return (await client.ask('GET', `${server.url}${POLICIES}`)).status
  } finally {
    client.close()
  }
}

describeWithApiServer('the API server of the tests', (server) => {
  it('gives a policy with `from` back as it was applied', async () => {
    const path = `${POLICIES}/with-from?fieldManager=modelmoat`
    const applied = await server().admin.must('PATCH', path, { body: policy, type: 'application/apply-patch+yaml' })
    expect(applied).toMatchObject({ spec: policy.spec })
    expect(await server().admin.must('GET', `${POLICIES}/with-from`)).toMatchObject({ spec: policy.spec })
  })

  it('lets only those in whom it knows, and only where a role allows it', async () => {
    expect(await get(server(), server().kubeconfigFor({ user: 'reader', groups: ['system:masters'] }))).toBe(200)
    expect(await get(server(), server().kubeconfigFor({ user: 'reader' }))).toBe(403)
    expect(
      await get(server(), server().kubeconfigFor({ user: 'reader', groups: ['system:masters'], expired: true })),
    ).toBe(401)
  })

  it('comes back after kill -9 of itself and its storage, at the same place and with the same objects', async () => {
    const { url } = server()
    await server().kill()
    await expect(server().admin.ask('GET', POLICIES)).rejects.toThrow(/ECONN(REFUSED|RESET)/)
    await server().restart()
    expect(server().url).toBe(url)
    expect(await server().admin.must('GET', `${POLICIES}/with-from`)).toMatchObject({ spec: policy.spec })
  })

  it('leaves neither a process nor a file behind', async () => {
    const second = await ApiServer.started()
    const folder = dirname(second.kubeconfig)
    expect(second.url).not.toBe(server().url)
    await second.stop()
    expect(existsSync(folder)).toBe(false)
    await expect(second.admin.ask('GET', '/readyz')).rejects.toThrow(/ECONN(REFUSED|RESET)/)
  })
})

describeWithApiServer(
  'the API server of the tests with controllers',
  (server) => {
    it('ends namespaces that are deleted', async () => {
      await server().admin.must('POST', '/api/v1/namespaces', { body: { metadata: { name: 'short-lived' } } })
      await server().admin.must('DELETE', '/api/v1/namespaces/short-lived')
      await expect
        .poll(async () => (await server().admin.ask('GET', '/api/v1/namespaces/short-lived')).status, {
          timeout: 60_000,
        })
        .toBe(404)
    })
  },
  { controllers: true },
)
