// An API server in memory whose pods run at once and whose probes are answered by the engine: a cluster that enforces, or one that does not.
import type { ExecRequest, ExecResult, KubeApi, KubeList } from '../../src/cluster/api/kube-api.ts'
import { KubeError } from '../../src/cluster/api/kube-error.ts'
import type { KubeObject, ObjectRef, Resource } from '../../src/cluster/api/object.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { outsideEndpoint, podEndpoint } from '../../src/engine/endpoint.ts'
import { verdict } from '../../src/engine/verdict.ts'
import { parse } from '../../src/parse/parse.ts'
import type { Protocol } from '../../src/sets/connection-set.ts'
import { address } from './snapshots.ts'

export interface FakeOptions {
  /** False: policies are stored and ignored. */
  readonly enforces?: boolean
  /** Connections that are cut or made whatever the policies say: `namespace/pod` of the source, `address:port` of the target. */
  readonly overrule?: (source: string, target: string) => boolean | undefined
  /** Changes a pod as it is stored: its status. */
  readonly status?: (pod: KubeObject) => Readonly<Record<string, unknown>> | undefined
  /** Refuses a write. */
  readonly refuse?: (resource: Resource, object: KubeObject) => KubeError | undefined
  /** Addresses outside that answer on every port. */
  readonly outside?: readonly string[]
}

interface Container {
  readonly name: string
  readonly command?: readonly string[]
}

const key = (resource: Resource, namespace: string | undefined, name: string): string =>
  [resource.plural, namespace ?? '', name].join('/')

export class FakeCluster implements KubeApi {
  readonly server = 'https://fake:6443'
  readonly namespace = 'default'
  readonly objects = new Map<string, KubeObject>()
  readonly #options: FakeOptions
  #version = 0
  #nextAddress = 1

  constructor(options: FakeOptions = {}) {
    this.#options = options
  }

  /** `namespaces//stage`, …; for assertions on what is left. */
  names(): string[] {
    return [...this.objects.keys()].toSorted()
  }

  get({ resource, namespace, name }: ObjectRef): Promise<KubeObject | undefined> {
    return Promise.resolve(this.objects.get(key(resource, namespace, name)))
  }

  list(resource: Resource, selection: { namespace?: string; labelSelector?: string } = {}): Promise<KubeList> {
    const wanted = (selection.labelSelector ?? '').split(',').filter((text) => text !== '')
    const items = [...this.objects]
      .filter(([name]) => name.startsWith(`${resource.plural}/${selection.namespace ?? ''}`))
      .map(([, object]) => object)
      .filter(({ metadata }) =>
        wanted.every((text) => {
          const [label = '', value] = text.split('=')
          return metadata.labels?.[label] === value
        }),
      )
    return Promise.resolve({ items, resourceVersion: `${this.#version}` })
  }

  // oxlint-disable-next-line require-yield
  async *watch(): AsyncGenerator<never> {
    await Promise.resolve()
    throw new Error('nobody watches here')
  }

  apply(resource: Resource, object: KubeObject): Promise<KubeObject> {
    return this.#store(resource, object)
  }

  create(resource: Resource, object: KubeObject): Promise<KubeObject> {
    if (this.objects.has(key(resource, object.metadata.namespace, object.metadata.name))) {
      return Promise.reject(
        new KubeError({ severity: 'error', code: 'kube-exists', message: 'already exists' }, { status: 409 }),
      )
    }
    return this.#store(resource, object)
  }

  replace(resource: Resource, object: KubeObject): Promise<KubeObject> {
    return this.#store(resource, object)
  }

  #store(resource: Resource, object: KubeObject): Promise<KubeObject> {
    const refused = this.#options.refuse?.(resource, object)
    if (refused) return Promise.reject(refused)
    const { metadata } = object
    const labels =
      resource.kind === 'Namespace'
        ? { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name }
        : metadata.labels
    const stored = {
      ...object,
      metadata: { ...metadata, ...(labels && { labels }), resourceVersion: `${++this.#version}` },
      ...(resource.kind === 'Pod' && { status: this.#options.status?.(object) ?? this.#running() }),
    }
    this.objects.set(key(resource, metadata.namespace, metadata.name), stored)
    return Promise.resolve(stored)
  }

  #running(): Readonly<Record<string, unknown>> {
    const podIP = `10.244.0.${this.#nextAddress++}`
    return { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions: [{ type: 'Ready', status: 'True' }] }
  }

  remove({ resource, namespace, name }: ObjectRef): Promise<boolean> {
    const was = this.objects.delete(key(resource, namespace, name))
    if (resource.kind === 'Namespace') {
      for (const each of this.objects.keys()) {
        if (each.split('/')[1] === name) this.objects.delete(each)
      }
    }
    return Promise.resolve(was)
  }

  read(): Promise<unknown> {
    return Promise.reject(new Error('nobody reads here'))
  }

  post(): Promise<KubeObject> {
    return Promise.reject(new Error('nobody posts here'))
  }

  logs(): Promise<string> {
    return Promise.resolve('')
  }

  close(): void {}

  /** `/agnhost connect ADDRESS:PORT --timeout=… --protocol=…` */
  exec({ namespace, pod, command }: ExecRequest): Promise<ExecResult> {
    const [, , target = '', , protocolWord = ''] = command
    const protocol = protocolWord.replace('--protocol=', '').toUpperCase() as Protocol
    const goes =
      this.#options.overrule?.(`${namespace}/${pod}`, target) ?? this.#goes(`${namespace}/${pod}`, target, protocol)
    return Promise.resolve(
      goes ? { exitCode: 0, stdout: '', stderr: '' } : { exitCode: 1, stdout: '', stderr: 'TIMEOUT\n' },
    )
  }

  #goes(source: string, target: string, protocol: Protocol): boolean {
    const cut = target.lastIndexOf(':')
    const [ip, port] = [target.slice(0, cut), Number(target.slice(cut + 1))]
    const { snapshot } = parse([
      {
        name: 'cluster.json',
        text: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...this.objects.values()] }),
      },
    ])
    const from = snapshot.pods.find((one) => `${one.namespace}/${one.name}` === source)
    if (!from) throw new Error(`no pod ${source}`)
    const to = snapshot.pods.find(({ addresses }) => addresses.some((one) => JSON.stringify(one, bigints) === key4(ip)))
    if (!to && !(this.#options.outside ?? []).includes(ip)) return false
    if (to && !this.#listens(`${to.namespace}/${to.name}`, port)) return false
    if (to === from || this.#options.enforces === false) return true
    const answer = verdict(createEngine(snapshot), {
      source: podEndpoint(from),
      destination: to ? podEndpoint(to) : outsideEndpoint(address(ip)),
      protocol,
      port,
      family: 4,
    })
    return answer.verdict === 'Allowed'
  }

  #listens(name: string, port: number): boolean {
    const spec = this.objects.get(`pods/${name}`)?.['spec'] as { readonly containers: readonly Container[] }
    return spec.containers.some(({ command }) => command?.includes(`--http-port=${port}`) === true)
  }
}

const bigints = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}` : value)
const key4 = (ip: string): string => JSON.stringify(address(ip), bigints)
