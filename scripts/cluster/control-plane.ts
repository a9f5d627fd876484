// etcd and the API server, and on demand the controllers: their flags, in this order, and when each is ready.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { programs } from './binaries.ts'
import { type Pki, kubeconfig, signedFiles } from './pki.ts'
import { lastWords, running, start, stop } from './processes.ts'
import { ApiClient } from './request.ts'

/** Where one control plane lives and listens. */
export interface ControlPlane {
  readonly folder: string
  readonly pki: Pki
  /** By which clients reach it. */
  readonly address: string
  readonly port: number
  /** Of this machine's loopback, where it leads to `port`. */
  readonly publicPort?: number
  readonly etcdPort: number
  readonly etcdPeerPort: number
  /** In which its programs run, e.g. `['nsenter', '--net=…']`; empty: where the starter runs. */
  readonly within: readonly string[]
  readonly diesWithStarter: boolean
  /** Without nodes and controllers there is nobody to make service accounts or to keep the API server's own endpoints. */
  readonly apiOnly: boolean
  /** Further flags of the API server. */
  readonly flags?: readonly string[]
}

export const SERVICE_CIDR = '10.96.0.0/16'
export const POD_CIDR = '10.244.0.0/16'
const START_LIMIT_MS = 120_000

export function serverUrl({ address, port }: ControlPlane): string {
  return `https://${address}:${port}`
}

/** As whoever runs on this machine reaches it. */
function publicUrl(plane: ControlPlane): string {
  return plane.publicPort === undefined ? serverUrl(plane) : `https://127.0.0.1:${plane.publicPort}`
}

export function adminFile({ folder }: ControlPlane): string {
  return join(folder, 'kubeconfig')
}

function launch(plane: ControlPlane, name: string, command: readonly string[]): void {
  const [first, ...rest] = [...plane.within, ...command] as [string, ...string[]]
  start(plane.folder, { name, command: first, args: rest, diesWithStarter: plane.diesWithStarter })
}

/** Waits for `ready`; what it throws ends the waiting. Fails with the program's last words when it ended or the limit passed. */
export async function until(folder: string, name: string, ready: () => Promise<boolean>): Promise<void> {
  const limit = Date.now() + START_LIMIT_MS
  for (;;) {
    if (await ready()) return
    if (!running(folder, name)) throw new Error(`${name} ended:\n${lastWords(folder, name)}`)
    if (Date.now() > limit) throw new Error(`${name} is not ready:\n${lastWords(folder, name)}`)
    await delay(40)
  }
}

export async function startEtcd(plane: ControlPlane, program: string): Promise<void> {
  const client = `http://127.0.0.1:${plane.etcdPort}`
  const peer = `http://127.0.0.1:${plane.etcdPeerPort}`
  launch(plane, 'etcd', [
    program,
    `--data-dir=${join(plane.folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ])
}

export async function startApiServer(plane: ControlPlane, program: string): Promise<void> {
  const { folder, pki, address, port, apiOnly } = plane
  const serving = signedFiles(pki, 'apiserver', {
    commonName: 'kube-apiserver',
    hosts: [
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      'localhost',
      '127.0.0.1',
      '10.96.0.1',
      address,
    ],
  })
  const client = signedFiles(pki, 'apiserver-kubelet-client', {
    commonName: 'kube-apiserver',
    organizations: ['system:masters'],
  })
  launch(plane, 'kube-apiserver', [
    program,
    `--etcd-servers=http://127.0.0.1:${plane.etcdPort}`,
    `--bind-address=${apiOnly ? address : '0.0.0.0'}`,
    `--secure-port=${port}`,
    `--tls-cert-file=${serving.certificate}`,
    `--tls-private-key-file=${serving.key}`,
    `--client-ca-file=${pki.caFile}`,
    `--service-account-key-file=${pki.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${pki.serviceAccountKey}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-cluster-ip-range=${SERVICE_CIDR}`,
    '--authorization-mode=Node,RBAC',
    '--allow-privileged=true',
    ...(apiOnly
      ? [
          // Loopback is refused as an address to advertise; nobody reads this one.
          '--advertise-address=192.0.2.1',
          '--endpoint-reconciler-type=none',
          '--disable-admission-plugins=ServiceAccount',
        ]
      : [
          `--advertise-address=${address}`,
          `--kubelet-client-certificate=${client.certificate}`,
          `--kubelet-client-key=${client.key}`,
          '--kubelet-preferred-address-types=InternalIP',
        ]),
    ...(plane.flags ?? []),
  ])
  const admin = adminFile(plane)
  const anybody = { commonName: 'admin', organizations: ['system:masters'] }
  writeFileSync(admin, kubeconfig(pki, publicUrl(plane), anybody), { mode: 0o600 })
  const asking = new ApiClient(admin)
  const ready = async (): Promise<boolean> => {
    if (!running(folder, 'etcd')) throw new Error(`etcd ended:\n${lastWords(folder, 'etcd')}`)
    return (await asking.ask('GET', '/readyz').catch(() => undefined))?.status === 200
  }
  try {
    await until(folder, 'kube-apiserver', ready)
  } finally {
    asking.close()
  }
}

/** The controllers and the scheduler, with kubeconfigs of their own. */
export async function startControllers(plane: ControlPlane, say: (line: string) => void): Promise<void> {
  const { folder, pki } = plane
  const found = await programs(['kube-controller-manager', 'kube-scheduler'], say)
  const config = (name: string): string => {
    const file = join(folder, 'pki', `${name}.kubeconfig`)
    writeFileSync(file, kubeconfig(pki, serverUrl(plane), { commonName: `system:${name}` }), { mode: 0o600 })
    return file
  }
  const manager = config('kube-controller-manager')
  launch(plane, 'kube-controller-manager', [
    found['kube-controller-manager'],
    `--kubeconfig=${manager}`,
    `--service-account-private-key-file=${pki.serviceAccountKey}`,
    `--root-ca-file=${pki.caFile}`,
    '--use-service-account-credentials',
    '--allocate-node-cidrs=false',
    '--leader-elect=false',
    '--secure-port=0',
  ])
  if (plane.apiOnly) return
  launch(plane, 'kube-scheduler', [
    found['kube-scheduler'],
    `--kubeconfig=${config('kube-scheduler')}`,
    '--leader-elect=false',
    '--secure-port=0',
  ])
}

/** etcd and the API server: `kube-apiserver` waits a minute for open watches when asked to stop, so it is not given that long. */
export async function stopControlPlane(folder: string): Promise<void> {
  await Promise.all(
    ['kube-scheduler', 'kube-controller-manager', 'kube-apiserver', 'etcd'].map((name) =>
      stop(folder, name, name === 'kube-apiserver' ? 0 : 2000),
    ),
  )
}
