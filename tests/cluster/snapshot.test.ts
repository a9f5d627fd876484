// A live cluster becomes a Snapshot: admin policies only where there are any, other APIs' policies never overlooked, lack of rights said.
import { beforeAll, expect, it } from 'vitest'
import type { KubeApi } from '../../src/cluster/api/kube-api.ts'
import { readCluster } from '../../src/cluster/snapshot.ts'
import { describeWithApiServer } from './support/api-server.ts'
import { usingApi } from './support/using-api.ts'

const POD = { containers: [{ name: 'c', image: 'i' }], automountServiceAccountToken: false }

function crd(group: string, kind: string, { version = 'v1', scope = 'Namespaced' } = {}): object {
  const plural = kind.toLowerCase().replace(/y$/, 'ies')
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      ...(group.endsWith('.k8s.io') && { annotations: { 'api-approved.kubernetes.io': 'unapproved, a test' } }),
    },
    spec: {
      group,
      scope,
      names: { plural, singular: kind.toLowerCase(), kind },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  }
}

describeWithApiServer('reading a cluster', (server) => {
  const using = <T>(body: (api: KubeApi) => Promise<T>, kubeconfig = server().kubeconfig): Promise<T> =>
    usingApi(kubeconfig, body)

  async function install(definition: object, collection: string): Promise<void> {
    await server().admin.must('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: definition })
    await expect.poll(async () => (await server().admin.ask('GET', collection)).status, { timeout: 60_000 }).toBe(200)
  }

  beforeAll(async () => {
    for (const name of ['shop', 'bank']) {
      await server().admin.must('POST', '/api/v1/namespaces', { body: { metadata: { name, labels: { team: name } } } })
      await server().admin.must('POST', `/api/v1/namespaces/${name}/pods`, {
        body: { metadata: { name: 'web', labels: { app: 'web' } }, spec: POD },
      })
      await server().admin.must('POST', `/apis/networking.k8s.io/v1/namespaces/${name}/networkpolicies`, {
        body: {
          metadata: { name: 'web' },
          spec: { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'api' } } }] }] },
        },
      })
    }
  })

  it('gives the objects of all namespaces, or of those that are asked for and says so', async () => {
    await using(async (api) => {
      const all = await readCluster(api)
      expect([all.usable, all.unread, all.diagnostics]).toEqual([true, [], []])
      expect(all.snapshot.pods.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(['bank/web', 'shop/web'])
      expect(all.snapshot.networkPolicies).toMatchObject([
        { namespace: 'bank', ingress: [{ peers: [{}] }] },
        { namespace: 'shop', ingress: [{ peers: [{}] }] },
      ])
      expect(all.snapshot.namespaces.get('shop')).toMatchObject({ declared: true })
      const part = await readCluster(api, { namespaces: ['shop'] })
      expect(part.snapshot.pods).toHaveLength(1)
      expect(part.diagnostics.map(({ code }) => code)).toEqual(['cluster-part-read'])
    })
  })

  it('says what it may not read: an error where that decides, else a warning', async () => {
    await using(
      async (api) => {
        const read = await readCluster(api, { namespaces: ['shop'] })
        expect(read.usable).toBe(false)
        const told = read.diagnostics.map(({ severity, code, message }) => `${severity} ${code} ${message}`)
        expect(told).toContain(
          'error cluster-not-read you may not list pods in the namespace `shop`, so no answer would be true',
        )
        expect(told).toContain(
          'warning cluster-not-read you may not list nodes in the whole cluster, so answers know nothing of nodes',
        )
      },
      server().kubeconfigFor({ user: 'nobody' }),
    )
  })

  it('reads admin policies as soon as the server has them, and refuses a version that it does not know', async () => {
    const admin = '/apis/policy.networking.k8s.io/v1alpha1/adminnetworkpolicies'
    await install(
      crd('policy.networking.k8s.io', 'AdminNetworkPolicy', { version: 'v1alpha1', scope: 'Cluster' }),
      admin,
    )
    await server().admin.must('POST', admin, {
      body: {
        apiVersion: 'policy.networking.k8s.io/v1alpha1',
        kind: 'AdminNetworkPolicy',
        metadata: { name: 'guard' },
        spec: {
          priority: 7,
          subject: { namespaces: {} },
          ingress: [{ name: 'no', action: 'Deny', from: [{ namespaces: {} }] }],
        },
      },
    })
    await using(async (api) => {
      const read = await readCluster(api)
      expect(read.diagnostics).toEqual([])
      expect(read.snapshot.clusterPolicies).toMatchObject([{ name: 'guard', priority: 7 }])
    })
    const later = '/apis/policy.networking.k8s.io/v9/baselineadminnetworkpolicies'
    await install(
      crd('policy.networking.k8s.io', 'BaselineAdminNetworkPolicy', { version: 'v9', scope: 'Cluster' }),
      later,
    )
    await server().admin.must('POST', later, {
      body: {
        apiVersion: 'policy.networking.k8s.io/v9',
        kind: 'BaselineAdminNetworkPolicy',
        metadata: { name: 'default' },
        spec: {},
      },
    })
    await using(async (api) => {
      const read = await readCluster(api)
      expect([read.usable, read.diagnostics.map(({ code }) => code)]).toEqual([false, ['unknown-version']])
    })
    await server().admin.must('DELETE', `${later}/default`)
  })

  it("never overlooks a policy of the network's own API", async () => {
    const cilium = '/apis/cilium.io/v2/ciliumnetworkpolicies'
    await install(crd('cilium.io', 'CiliumNetworkPolicy', { version: 'v2' }), cilium)
    await using(async (api) => {
      expect((await readCluster(api)).usable).toBe(true)
      await server().admin.must('POST', '/apis/cilium.io/v2/namespaces/shop/ciliumnetworkpolicies', {
        body: { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', metadata: { name: 'c' }, spec: {} },
      })
      const read = await readCluster(api)
      expect([read.usable, read.diagnostics.map(({ code }) => code)]).toEqual([false, ['policy-not-read']])
    })
  })
})
