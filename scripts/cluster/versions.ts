// What the test cluster is made of: every program, where it comes from, and its pinned version.

/** A program that Go builds from a module as the module proxy serves it. */
export interface GoProgram {
  readonly module: string
  readonly version: string
  /** The package of the program. */
  readonly package: string
  /** Kubernetes keeps parts of itself as modules of the same minor version; they replace what its go.mod names by folder. */
  readonly staged?: true
  /** Modules that the program's go.mod names in a version that the proxy does not serve, and the nearest one that it does. */
  readonly replaced?: Readonly<Record<string, string>>
}

const KUBERNETES = 'v1.36.3'
const ETCD = 'v3.6.8'

function kubernetes(folder: string): GoProgram {
  return { module: 'k8s.io/kubernetes', version: KUBERNETES, package: `k8s.io/kubernetes/${folder}`, staged: true }
}

export const GO_PROGRAMS = {
  etcd: { module: 'go.etcd.io/etcd/server/v3', version: ETCD, package: 'go.etcd.io/etcd/server/v3' },
  'kube-apiserver': kubernetes('cmd/kube-apiserver'),
  'kube-controller-manager': kubernetes('cmd/kube-controller-manager'),
  'kube-scheduler': kubernetes('cmd/kube-scheduler'),
  kubelet: kubernetes('cmd/kubelet'),
  kubectl: kubernetes('cmd/kubectl'),
  'kube-proxy': kubernetes('cmd/kube-proxy'),
  agnhost: kubernetes('test/images/agnhost'),
  'kube-router': {
    module: 'github.com/cloudnativelabs/kube-router/v2',
    version: 'v2.10.0',
    package: 'github.com/cloudnativelabs/kube-router/v2/cmd/kube-router',
    replaced: { 'github.com/vishvananda/netlink': 'v1.3.1' },
  },
} as const satisfies Readonly<Record<string, GoProgram>>

export type ProgramName = keyof typeof GO_PROGRAMS
