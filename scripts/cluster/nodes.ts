// One node: containerd with the images, kubelet, kube-proxy; each in the node's own namespaces.
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cgroupName, makeCgroup } from './cgroups.ts'
import { POD_CIDR, until } from './control-plane.ts'
import type { NodePrograms } from './debian.ts'
import { PAUSE_IMAGE } from './images.ts'
import { CONTROL_PLANE, type NodeMachine, machineFolder, on } from './network.ts'
import { type Pki, kubeconfig } from './pki.ts'
import { start } from './processes.ts'

export interface NodePlan {
  /** The cluster's. */
  readonly folder: string
  /** The cluster's name, in the names of cgroups. */
  readonly cluster: string
  readonly machine: NodeMachine
  readonly pki: Pki
  readonly packages: NodePrograms
  /** The folder whose `iptables` the node uses. */
  readonly iptables: string
}

/** What it takes to give a node an image. */
export type ImagePlan = Pick<NodePlan, 'folder' | 'machine' | 'packages'>

const SOCKET = '/run/containerd/containerd.sock'
/** The API server as nodes reach it. */
export const INSIDE_URL = `https://${CONTROL_PLANE.address}:6443`

export function launchOn(plan: NodePlan, name: string, command: readonly string[]): void {
  const [first, ...rest] = [...on(plan.folder, plan.machine), ...command] as [string, ...string[]]
  const path = `${plan.iptables}:${plan.packages.path}:${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`
  start(plan.folder, { name: `${name}-${plan.machine.name}`, command: first, args: rest, env: { PATH: path } })
}

/** A kubeconfig for a program of the node, as whom. */
export function nodeConfig(plan: NodePlan, user: string, groups: readonly string[] = []): string {
  const file = join(machineFolder(plan.folder, plan.machine), `${user.replaceAll(/[^\w-]/g, '_')}.kubeconfig`)
  const text = kubeconfig(plan.pki, INSIDE_URL, { commonName: user, organizations: groups })
  writeFileSync(file, text, { mode: 0o600 })
  return file
}

function containerdConfig(plan: NodePlan): string {
  const own = machineFolder(plan.folder, plan.machine)
  // An OOM score below the own one needs a capability that root in a container lacks. The plugin `opt` would write to /opt.
  return `version = 2
root = "${own}/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs"]
[grpc]
  address = "${SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${plan.packages.cniFolder}"
    conf_dir = "${own}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
`
}

function cniConfig({ machine }: NodePlan): string {
  return JSON.stringify({
    cniVersion: '0.4.0',
    name: 'moat',
    plugins: [
      {
        type: 'ptp',
        ipMasq: false,
        mtu: 1500,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: machine.podCidr }]],
          routes: [{ dst: '0.0.0.0/0' }],
          dataDir: '/run/cni',
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  })
}

function kubeletConfig(plan: NodePlan): string {
  return JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: plan.machine.address,
    authentication: {
      x509: { clientCAFile: plan.pki.caFile },
      webhook: { enabled: true },
      anonymous: { enabled: false },
    },
    authorization: { mode: 'Webhook' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroupName(plan.cluster, plan.machine.name)}`,
    failCgroupV1: false,
    failSwapOn: false,
    containerRuntimeEndpoint: `unix://${SOCKET}`,
    enforceNodeAllocatable: [],
    evictionHard: {
      'memory.available': '1%',
      'nodefs.available': '1%',
      'imagefs.available': '1%',
      'nodefs.inodesFree': '1%',
    },
    imageGCHighThresholdPercent: 100,
    makeIPTablesUtilChains: false,
    maxPods: 200,
    podLogsDir: '/var/log/pods',
    readOnlyPort: 0,
    resolvConf: join(machineFolder(plan.folder, plan.machine), 'resolv.conf'),
    serializeImagePulls: false,
    syncFrequency: '10s',
  })
}

function proxyConfig(plan: NodePlan): string {
  // Limits of connection tracking are the host's: 0 leaves them alone.
  const conntrack = { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' }
  return JSON.stringify({
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig: nodeConfig(plan, 'system:kube-proxy') },
    clusterCIDR: POD_CIDR,
    hostnameOverride: plan.machine.name,
    conntrack,
  })
}

function ctr(plan: ImagePlan, args: readonly string[]): Promise<unknown> {
  const program = join(plan.packages.path.split(':')[0] as string, 'ctr')
  const [first, ...rest] = [...on(plan.folder, plan.machine), program] as readonly string[] as [string, ...string[]]
  return promisify(execFile)(first, [...rest, '--address', SOCKET, '--namespace', 'k8s.io', ...args])
}

/** containerd with the images: needs no API server. */
export async function startRuntime(plan: NodePlan, archives: readonly string[]): Promise<void> {
  const own = machineFolder(plan.folder, plan.machine)
  mkdirSync(join(own, 'cni'), { recursive: true })
  writeFileSync(join(own, 'cni', '10-moat.conflist'), cniConfig(plan))
  writeFileSync(join(own, 'containerd.toml'), containerdConfig(plan))
  writeFileSync(join(own, 'resolv.conf'), '')
  makeCgroup(cgroupName(plan.cluster, plan.machine.name))
  launchOn(plan, 'containerd', ['containerd', '--config', join(own, 'containerd.toml')])
  await until(plan.folder, `containerd-${plan.machine.name}`, async () => {
    const answer = await ctr(plan, ['version']).catch(() => undefined)
    return answer !== undefined
  })
  for (const archive of archives) await importImage(plan, archive)
}

/** An image for pods with `imagePullPolicy: Never`. */
export async function importImage(plan: ImagePlan, archive: string): Promise<void> {
  await ctr(plan, ['images', 'import', archive])
}

/** kubelet and kube-proxy; the Node object is there already, with its range of pod addresses. */
export function startKubelet(plan: NodePlan, found: Readonly<Record<'kubelet' | 'kube-proxy', string>>): void {
  const own = machineFolder(plan.folder, plan.machine)
  writeFileSync(join(own, 'kubelet.json'), kubeletConfig(plan))
  writeFileSync(join(own, 'kube-proxy.json'), proxyConfig(plan))
  launchOn(plan, 'kubelet', [
    found.kubelet,
    `--config=${join(own, 'kubelet.json')}`,
    `--kubeconfig=${nodeConfig(plan, `system:node:${plan.machine.name}`, ['system:nodes'])}`,
    `--hostname-override=${plan.machine.name}`,
    `--node-ip=${plan.machine.address}`,
  ])
  launchOn(plan, 'kube-proxy', [found['kube-proxy'], `--config=${join(own, 'kube-proxy.json')}`])
}
