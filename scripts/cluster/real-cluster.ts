// A real Kubernetes: control plane, two nodes, the world outside, and what enforces policies; each in namespaces of its own.
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { programs } from './binaries.ts'
import { stateRoot } from './cache.ts'
import { type ControlPlane, adminFile, startApiServer, startControllers, startEtcd } from './control-plane.ts'
import { type NodePrograms, noNodes, nodePrograms } from './debian.ts'
import { down, sweep } from './down.ts'
import { type Enforcer, ENFORCER_PROGRAMS, iptablesFolder, startEnforcer } from './enforcer.ts'
import { baseImages } from './images.ts'
import { CONTROL_PLANE, NODES, OUTSIDE, on, startNetwork } from './network.ts'
import { type NodePlan, importImage, startKubelet, startRuntime } from './nodes.ts'
import { writeOwner } from './owners.ts'
import { pkiIn } from './pki.ts'
import { freePorts } from './ports.ts'
import { processId, start } from './processes.ts'
import { ApiClient } from './request.ts'
import { Unavailable } from './unavailable.ts'

export interface RealClusterOptions {
  readonly name: string
  readonly enforcer: Enforcer
  /** The process after whose end whoever comes next takes it down. Without, it stays until `down`. */
  readonly owner?: number
  /** Archives of further images, for every node. */
  readonly images?: readonly string[]
  readonly say: (line: string) => void
}

const PROGRAMS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kubectl',
  'kube-proxy',
  'agnhost',
] as const

/** A port of the host's loopback that leads to the API server inside. */
async function startRelay(folder: string, port: number): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1' }, resolve)
  })
  // The only way to the descriptor that a child can inherit.
  const { fd } = (server as unknown as { readonly _handle: { readonly fd: number } })._handle
  const [command, ...args] = on(folder, CONTROL_PLANE) as [string, ...string[]]
  const relay = join(import.meta.dirname, 'relay.ts')
  start(folder, {
    name: 'relay',
    command,
    args: [...args, process.execPath, relay, CONTROL_PLANE.address, '6443'],
    inherits: fd,
  })
  await new Promise((resolve) => server.close(resolve))
}

async function waitForNodes(admin: ApiClient): Promise<void> {
  interface Nodes {
    readonly items: readonly {
      readonly status: { readonly conditions?: readonly { type: string; status: string; message: string }[] }
    }[]
  }
  const limit = Date.now() + 120_000
  for (;;) {
    const { items } = (await admin.must('GET', '/api/v1/nodes')) as Nodes
    const conditions = items.map(({ status }) => status.conditions?.find(({ type }) => type === 'Ready'))
    if (conditions.length === NODES.length && conditions.every((one) => one?.status === 'True')) return
    if (Date.now() > limit)
      throw new Error(`the nodes are not ready: ${conditions.map((one) => one?.message).join('; ')}`)
    await delay(200)
  }
}

interface Prepared {
  readonly found: Readonly<Record<(typeof PROGRAMS)[number], string>>
  readonly enforcing: Readonly<Record<string, string>>
  readonly packages: NodePrograms
  /** Archives of the images that every node gets. */
  readonly archives: readonly string[]
}

/** Builds and fetches all that a cluster is made of, once. Throws `Unavailable` where it cannot be had. */
export async function prepareRealCluster(enforcer: Enforcer, say: (line: string) => void): Promise<Prepared> {
  const reason = noNodes()
  if (reason !== undefined) throw new Unavailable(reason)
  const found = await programs([...PROGRAMS], say)
  const enforcing = await programs([...ENFORCER_PROGRAMS[enforcer]], say)
  const packages = nodePrograms(say)
  const archives = baseImages(found.agnhost, packages.busybox, packages.busyboxVersion)
  return { found, enforcing, packages, archives }
}

async function startAll(folder: string, options: RealClusterOptions): Promise<void> {
  const { name, enforcer, say } = options
  const { found, enforcing, packages, archives } = await prepareRealCluster(enforcer, say)
  const pki = pkiIn(join(folder, 'pki'))
  await startNetwork(folder)
  const [publicPort] = (await freePorts(1)) as [number]
  const plane: ControlPlane = {
    folder,
    pki,
    address: CONTROL_PLANE.address,
    port: 6443,
    publicPort,
    etcdPort: 2379,
    etcdPeerPort: 2380,
    within: on(folder, CONTROL_PLANE),
    diesWithStarter: false,
    apiOnly: false,
  }
  const plans = NODES.map((machine): NodePlan => {
    const iptables = iptablesFolder(folder, machine, enforcer)
    return { folder, cluster: name, machine, pki, packages, iptables }
  })
  await startRelay(folder, publicPort)
  const runtimes = Promise.all(plans.map((plan) => startRuntime(plan, [...archives, ...(options.images ?? [])])))
  runtimes.catch(() => {})
  await startEtcd(plane, found.etcd)
  await startApiServer(plane, found['kube-apiserver'])
  await startControllers(plane, say)
  const admin = new ApiClient(adminFile(plane))
  try {
    for (const { machine } of plans)
      await admin.must('POST', '/api/v1/nodes', {
        body: {
          metadata: { name: machine.name, labels: { 'kubernetes.io/hostname': machine.name } },
          spec: { podCIDR: machine.podCidr, podCIDRs: [machine.podCidr] },
        },
      })
    await runtimes
    for (const plan of plans) {
      startKubelet(plan, found)
    }
    const [first, ...rest] = [
      ...on(folder, OUTSIDE),
      found.agnhost,
      'netexec',
      '--http-port=8080',
    ] as readonly string[] as [string, ...string[]]
    start(folder, { name: 'outside', command: first, args: rest })
    await waitForNodes(admin)
    await Promise.all(plans.map((plan) => startEnforcer(plan, enforcer, enforcing)))
  } finally {
    admin.close()
  }
}

/** Starts one and waits until its nodes are ready; answers the path of its administrator's kubeconfig. */
export async function upRealCluster(options: RealClusterOptions): Promise<string> {
  await sweep()
  const folder = join(stateRoot(), options.name)
  await down(options.name)
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  if (options.owner !== undefined) writeOwner(folder, processId(options.owner))
  try {
    await startAll(folder, options)
  } catch (error) {
    await down(options.name)
    throw error
  }
  writeFileSync(join(folder, 'enforcer'), options.enforcer)
  return join(folder, 'kubeconfig')
}

/** Gives an image to every node of a running cluster. */
export async function importImages(name: string, archives: readonly string[]): Promise<void> {
  const folder = join(stateRoot(), name)
  const packages = nodePrograms(() => {})
  for (const machine of NODES) for (const archive of archives) await importImage({ folder, machine, packages }, archive)
}
