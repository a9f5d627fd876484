// An API server with its own etcd on loopback: started in seconds, killed and started again in the middle, gone without a trace.
import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { programs } from './binaries.ts'
import { stateRoot } from './cache.ts'
import type { Subject } from './certificate.ts'
import {
  type ControlPlane,
  adminFile,
  serverUrl,
  startApiServer,
  startControllers,
  startEtcd,
} from './control-plane.ts'
import { down, sweep } from './down.ts'
import { writeOwner } from './owners.ts'
import { kubeconfig, pkiIn } from './pki.ts'
import { freePorts } from './ports.ts'
import { logFile, processId, running, stop } from './processes.ts'
import { ApiClient } from './request.ts'

export interface ApiServerOptions {
  /** Of its folder; one at a time. Without: one that nobody else has. */
  readonly name?: string
  /** It ends with this process. Without, it stays until `down`. */
  readonly owned?: boolean
  /** With kube-controller-manager: namespaces end, Deployments make pods, garbage is collected. About 100 MB and 3 s more. */
  readonly controllers?: boolean
  /** Further flags of kube-apiserver. */
  readonly flags?: readonly string[]
  readonly say?: (line: string) => void
}

/** Who a kubeconfig is for. */
export interface Identity {
  readonly user: string
  readonly groups?: readonly string[]
  /** The certificate ended an hour ago. */
  readonly expired?: boolean
}

function subject({ user, groups = [], expired = false }: Identity): Subject {
  const ago = (hours: number): Date => new Date(Date.now() - hours * 3_600_000)
  return {
    commonName: user,
    organizations: groups,
    ...(expired ? { notBefore: ago(2), notAfter: ago(1) } : {}),
  }
}

let counter = 0

export class ApiServer {
  readonly #plane: ControlPlane
  readonly #programs: Readonly<Record<'etcd' | 'kube-apiserver', string>>
  readonly #controllers: boolean
  /** As cluster administrator. */
  readonly admin: ApiClient

  private constructor(
    plane: ControlPlane,
    found: Readonly<Record<'etcd' | 'kube-apiserver', string>>,
    controllers: boolean,
  ) {
    this.#plane = plane
    this.#programs = found
    this.#controllers = controllers
    this.admin = new ApiClient(adminFile(plane))
  }

  /** Starts one and waits until it is ready. Throws `Unavailable` where the programs cannot be had. */
  static async started(options: ApiServerOptions = {}): Promise<ApiServer> {
    const { owned = true, controllers = false, say = () => {} } = options
    const found = await programs(['etcd', 'kube-apiserver'], say)
    await sweep()
    const name = options.name ?? `api-${process.pid}-${(counter += 1)}`
    const folder = join(stateRoot(), name)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (owned) writeOwner(folder, processId(process.pid))
    const [port, etcdPort, etcdPeerPort] = (await freePorts(3)) as [number, number, number]
    const plane: ControlPlane = {
      folder,
      pki: pkiIn(join(folder, 'pki')),
      address: '127.0.0.1',
      port,
      etcdPort,
      etcdPeerPort,
      within: [],
      diesWithStarter: owned,
      apiOnly: true,
      ...(options.flags ? { flags: options.flags } : {}),
    }
    try {
      await startEtcd(plane, found.etcd)
      await startApiServer(plane, found['kube-apiserver'])
      const server = new ApiServer(plane, found, controllers)
      await server.admin.must('GET', '/api/v1/namespaces/default').catch(() => server.#makeDefault())
      if (controllers) await startControllers(plane, say)
      return server
    } catch (error) {
      await down(name)
      throw error
    }
  }

  /** The server makes the namespace `default` in its own time; whoever starts a test needs it now. */
  async #makeDefault(): Promise<void> {
    const { status } = await this.admin.ask('POST', '/api/v1/namespaces', { body: { metadata: { name: 'default' } } })
    if (status !== 201 && status !== 409) throw new Error(`the namespace default was not made: ${status}`)
  }

  get url(): string {
    return serverUrl(this.#plane)
  }

  /** Path of the administrator's kubeconfig. */
  get kubeconfig(): string {
    return adminFile(this.#plane)
  }

  get caFile(): string {
    return this.#plane.pki.caFile
  }

  /** Path of a kubeconfig with a new certificate for anybody: what they may do is a matter of RBAC objects. */
  kubeconfigFor(identity: Identity): string {
    const file = join(this.#plane.folder, `kubeconfig-${identity.user.replaceAll(/[^\w.-]/g, '_')}-${(counter += 1)}`)
    writeFileSync(file, kubeconfig(this.#plane.pki, this.url, subject(identity)), { mode: 0o600 })
    return file
  }

  /** `kill -9` of one or both, now. */
  async kill(...names: readonly ('etcd' | 'kube-apiserver')[]): Promise<void> {
    const which = names.length > 0 ? names : (['kube-apiserver', 'etcd'] as const)
    await Promise.all(which.map((name) => stop(this.#plane.folder, name, 0)))
  }

  /** Starts what is not running, on the same ports with the same data, and waits until it is ready. */
  async restart(): Promise<void> {
    const { folder } = this.#plane
    if (!running(folder, 'etcd')) await startEtcd(this.#plane, this.#programs.etcd)
    if (!running(folder, 'kube-apiserver')) await startApiServer(this.#plane, this.#programs['kube-apiserver'])
    if (this.#controllers && !running(folder, 'kube-controller-manager')) await startControllers(this.#plane, () => {})
  }

  /** Where a program's log is, for a test that failed. */
  log(name: 'etcd' | 'kube-apiserver' | 'kube-controller-manager'): string {
    return logFile(this.#plane.folder, name)
  }

  async stop(): Promise<void> {
    this.admin.close()
    await down(basename(this.#plane.folder))
  }
}
