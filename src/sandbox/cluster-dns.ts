// The cluster's DNS as Kubernetes sets it up: a pod and a Service in kube-system.
import { type Labels, matches } from '../policy/selector.ts'
import {
  NAMESPACE_NAME_LABEL,
  type Pod,
  qualifiedName,
  type Service,
  type ServicePort,
  type Snapshot,
} from '../policy/snapshot.ts'

const NAMESPACE = 'kube-system'
const LABELS: Labels = new Map([['k8s-app', 'kube-dns']])

const DNS_POD: Pod = {
  namespace: NAMESPACE,
  name: 'kube-dns',
  labels: LABELS,
  annotations: new Map(),
  ports: [
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, protocol: 'TCP' },
  ],
  hostNetwork: false,
  addresses: [],
}

const DNS_SERVICE: Service = {
  namespace: NAMESPACE,
  name: 'kube-dns',
  selector: { requirements: [{ key: 'k8s-app', operator: 'In', values: ['kube-dns'] }] },
  ports: [
    { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
    { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
  ],
  headless: false,
  clusterIPs: [],
}

/** A pod that serves DNS in the sandbox: what kube-dns and CoreDNS are labelled with everywhere. */
export function isDnsPod(pod: Pod): boolean {
  return pod.namespace === NAMESPACE && pod.labels.get('k8s-app') === 'kube-dns' && !pod.hostNetwork
}

export function isDnsService(service: Service): boolean {
  return qualifiedName(service) === qualifiedName(DNS_SERVICE)
}

/** True when the Service leads port 53 of both protocols to port 53 of DNS pods only, as names in the sandbox need it. */
function servesNames({ headless, selector, ports }: Service, pods: readonly Pod[]): boolean {
  if (headless || !selector) return false
  const backends = pods.filter((pod) => pod.namespace === NAMESPACE && matches(selector, pod.labels))
  const leads = (pod: Pod, { protocol, targetPort }: ServicePort): boolean =>
    targetPort === 53 ||
    pod.ports.some((one) => one.name === targetPort && one.protocol === protocol && one.port === 53)
  return (
    backends.length > 0 &&
    backends.every(isDnsPod) &&
    (['UDP', 'TCP'] as const).every((protocol) =>
      ports.some((one) => one.port === 53 && one.protocol === protocol && backends.every((pod) => leads(pod, one))),
    )
  )
}

/** The first of `kube-dns-sandbox`, `kube-dns-sandbox-2`, … that no pod has. */
function freeName(taken: ReadonlySet<string>): string {
  if (!taken.has(DNS_POD.name)) return DNS_POD.name
  for (let n = 1; ; n++) {
    const name = `${DNS_POD.name}-sandbox${n === 1 ? '' : `-${n}`}`
    if (!taken.has(name)) return name
  }
}

export interface WithDns {
  readonly snapshot: Snapshot
  /** One sentence for each thing of the input that had to give way. */
  readonly replaced: readonly string[]
}

/**
 * The snapshot with a DNS pod, its Service and a declared kube-system. What the input has of them stays as it is, but for a
 * Service through which no pod would get its names.
 */
export function withClusterDns(snapshot: Snapshot): WithDns {
  const namespace = snapshot.namespaces.get(NAMESPACE)
  const labels: Labels = new Map([[NAMESPACE_NAME_LABEL, NAMESPACE]])
  const taken = new Set(snapshot.pods.filter((pod) => pod.namespace === NAMESPACE).map(({ name }) => name))
  const pods = snapshot.pods.some(isDnsPod) ? snapshot.pods : [...snapshot.pods, { ...DNS_POD, name: freeName(taken) }]
  const own = snapshot.services.find(isDnsService)
  const keeps = own !== undefined && servesNames(own, pods)
  return {
    snapshot: {
      ...snapshot,
      namespaces: new Map([
        ...snapshot.namespaces,
        [NAMESPACE, namespace?.declared ? namespace : { name: NAMESPACE, labels, declared: true }],
      ]),
      pods,
      services: keeps ? snapshot.services : [...snapshot.services.filter((one) => !isDnsService(one)), DNS_SERVICE],
    },
    replaced:
      own && !keeps
        ? [`Service ${qualifiedName(own)} would give no pod its names: the sandbox has its own in its place`]
        : [],
  }
}
