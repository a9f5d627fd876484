// The client against a real API server: nothing renamed, nothing dropped, and each refusal named for what it is.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import type { KubeApi, WatchEvent } from '../../src/cluster/api/kube-api.ts'
import { KubeError } from '../../src/cluster/api/kube-error.ts'
import type { KubeObject } from '../../src/cluster/api/object.ts'
import { ADMIN_POLICIES, CONFIG_MAPS, NAMESPACES, NETWORK_POLICIES, PODS } from '../../src/cluster/api/resources.ts'
import { describeWithApiServer } from './support/api-server.ts'
import { usingApi } from './support/using-api.ts'

const spec = {
  podSelector: { matchLabels: { app: 'small-language-model' } },
  policyTypes: ['Ingress'],
  ingress: [
    { from: [{ podSelector: { matchLabels: { app: 'feature-api' } } }], ports: [{ protocol: 'TCP', port: 8080 }] },
  ],
}

function policy(name: string, more: Readonly<Record<string, unknown>> = spec): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: 'default' },
    spec: more,
  }
}

function configMap(name: string, data: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data }
}

/** The error of a promise that must fail. */
async function failure(promise: Promise<unknown>): Promise<KubeError> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(KubeError)
  return error as KubeError
}

async function first(events: AsyncIterable<WatchEvent>): Promise<WatchEvent | undefined> {
  for await (const event of events) return event
  return undefined
}

describeWithApiServer('the cluster client', (server) => {
  const using = <T>(body: (api: KubeApi) => Promise<T>, kubeconfig = server().kubeconfig): Promise<T> =>
    usingApi(kubeconfig, body)

  it('keeps `from` of a policy through apply, get, list, watch, create and replace', async () => {
    await using(async (api) => {
      const before = await api.list(NETWORK_POLICIES, { namespace: 'default' })
      const applied = await api.apply(NETWORK_POLICIES, policy('applied'))
      expect(applied['spec']).toEqual(spec)
      const signal = AbortSignal.timeout(20_000)
      const event = await first(
        api.watch(NETWORK_POLICIES, { namespace: 'default', resourceVersion: before.resourceVersion, signal }),
      )
      expect(event).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'applied' }, spec } })
      const created = await api.create(NETWORK_POLICIES, policy('created'))
      expect((await api.replace(NETWORK_POLICIES, created))['spec']).toEqual(spec)
      const ref = { resource: NETWORK_POLICIES, namespace: 'default', name: 'created' }
      expect((await api.get(ref))?.['spec']).toEqual(spec)
      const { items } = await api.list(NETWORK_POLICIES)
      expect(items.map((one) => [one.kind, one.metadata.name, one['spec']])).toEqual([
        ['NetworkPolicy', 'applied', spec],
        ['NetworkPolicy', 'created', spec],
      ])
      expect(await api.remove(ref)).toBe(true)
      expect(await api.remove(ref)).toBe(false)
      expect(await api.get(ref)).toBeUndefined()
    })
  })

  it('writes nothing in a dry run', async () => {
    await using(async (api) => {
      await api.apply(NETWORK_POLICIES, policy('never'), { dryRun: true })
      await api.create(NETWORK_POLICIES, policy('never'), { dryRun: true })
      expect(await api.get({ resource: NETWORK_POLICIES, namespace: 'default', name: 'never' })).toBeUndefined()
    })
  })

  it('lists all pages, each object once', async () => {
    await using(async (api) => {
      const names = Array.from({ length: 1203 }, (_, nth) => `page-${nth}`)
      for (let at = 0; at < names.length; at += 50) {
        await Promise.all(names.slice(at, at + 50).map((name) => api.create(CONFIG_MAPS, configMap(name, {}))))
      }
      const { items } = await api.list(CONFIG_MAPS, { namespace: 'default' })
      const found = items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('page-'))
      expect(found.toSorted()).toEqual(names.toSorted())
    })
  })

  it('says who holds which field when an apply would take it over, and takes it only by force', async () => {
    await using(async (api) => {
      await api.apply(CONFIG_MAPS, configMap('shared', { a: '1' }), { fieldManager: 'somebody-else' })
      const error = await failure(api.apply(CONFIG_MAPS, configMap('shared', { a: '2' })))
      expect(error.status).toBe(409)
      expect(error.diagnostic.code).toBe('conflict')
      expect(error.conflicts).toEqual([{ manager: 'somebody-else', field: '.data.a' }])
      const forced = await api.apply(CONFIG_MAPS, configMap('shared', { a: '2' }), { force: true })
      expect(forced['data']).toEqual({ a: '2' })
    })
  })

  it('tells an object that exists, one that was changed meanwhile, and one that is wrong', async () => {
    await using(async (api) => {
      const made = await api.create(CONFIG_MAPS, configMap('once', { a: '1' }))
      expect((await failure(api.create(CONFIG_MAPS, configMap('once', {})))).diagnostic.code).toBe('already-exists')
      await api.replace(CONFIG_MAPS, { ...made, data: { a: '2' } })
      const stale = await failure(api.replace(CONFIG_MAPS, { ...made, data: { a: '3' } }))
      expect([stale.status, stale.diagnostic.code]).toEqual([409, 'conflict'])
      const wrong = await failure(
        api.apply(NETWORK_POLICIES, policy('wrong', { podSelector: {}, policyTypes: ['Sideways'] })),
      )
      expect([wrong.status, wrong.diagnostic.code]).toEqual([422, 'object-refused'])
      expect(wrong.message).toContain('Sideways')
      const other = { resource: CONFIG_MAPS, namespace: 'default', name: 'once' }
      expect((await failure(api.remove(other, { uid: 'another' }))).status).toBe(409)
    })
  })

  it('tells a resource that is not served and a namespace that is not there', async () => {
    await using(async (api) => {
      const error = await failure(api.list(ADMIN_POLICIES[0] ?? PODS))
      expect([error.status, error.diagnostic.code]).toEqual([404, 'resource-not-served'])
      const nowhere = { ...configMap('x', {}), metadata: { name: 'x', namespace: 'nowhere' } }
      const missing = await failure(api.apply(CONFIG_MAPS, nowhere))
      expect(missing.diagnostic).toMatchObject({
        code: 'namespace-not-found',
        message: 'the cluster has no namespace `nowhere`',
      })
    })
  })

  it('names the right that is missing and the rule that grants it', async () => {
    await using(
      async (api) => {
        const read = await failure(api.list(NETWORK_POLICIES, { namespace: 'default' }))
        expect(read.status).toBe(403)
        expect(read.diagnostic).toMatchObject({
          code: 'forbidden',
          message: 'you may not list networkpolicies.networking.k8s.io in the namespace `default`',
          help: 'add the rule `{apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: ["list"]}` to a Role in `default` that is bound to you',
        })
        const write = await failure(api.apply(NETWORK_POLICIES, policy('mine')))
        expect(write.message).toBe('you may not patch networkpolicies.networking.k8s.io in the namespace `default`')
        const all = await failure(api.list(NAMESPACES))
        expect(all.message).toBe('you may not list namespaces in the whole cluster')
        const run = await failure(api.exec({ namespace: 'default', pod: 'p', command: ['true'] }))
        expect([run.status, run.diagnostic.code]).toEqual([403, 'forbidden'])
        expect(run.diagnostic.help).toContain('resources: ["pods/exec"]')
      },
      server().kubeconfigFor({ user: 'nobody' }),
    )
  })

  it('says when a certificate has expired', async () => {
    await using(
      async (api) => {
        const error = await failure(api.list(PODS))
        expect([error.status, error.diagnostic.code]).toEqual([401, 'credentials-expired'])
      },
      server().kubeconfigFor({ user: 'late', expired: true }),
    )
  })

  it('does not trust a server whose certificate another authority signed', async () => {
    const config = JSON.parse(readFileSync(server().kubeconfig, 'utf8')) as {
      readonly clusters: readonly { readonly cluster: Record<string, unknown> }[]
    }
    for (const { cluster } of config.clusters) {
      delete cluster['certificate-authority']
      delete cluster['certificate-authority-data']
    }
    const path = join(dirname(server().kubeconfig), 'untrusting')
    writeFileSync(path, JSON.stringify(config))
    await using(async (api) => {
      expect((await failure(api.list(PODS))).diagnostic.code).toBe('server-tls')
    }, path)
  })

  it('waits for a server that starts anew, and says at once when a server never answered', async () => {
    await using(async (api) => {
      await api.read('/version')
      await server().kill()
      const later = api.get({ resource: NAMESPACES, name: 'default' })
      const never = await using((fresh) => failure(fresh.read('/version')))
      expect(never.diagnostic.code).toBe('server-unreachable')
      await server().restart()
      expect((await later)?.metadata.name).toBe('default')
    })
  })

  it('throws 410 for a version that a new server never had in its cache', async () => {
    await using(async (api) => {
      const gone = await failure(
        first(api.watch(CONFIG_MAPS, { resourceVersion: '1', signal: AbortSignal.timeout(20_000) })),
      )
      expect([gone.status, gone.diagnostic.code]).toEqual([410, 'version-expired'])
    })
  })
})
