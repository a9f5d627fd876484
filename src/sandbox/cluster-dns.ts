// The cluster's DNS as Kubernetes sets it up: a pod and a Service in kube-system.
import type { Labels } from '../policy/selector.ts'
import { NAMESPACE_NAME_LABEL, type Pod, qualifiedName, type Service, type Snapshot } from '../policy/snapshot.ts'

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

/** The snapshot with a DNS pod, its Service and a declared kube-system; what the input has of them stays as it is. */
export function withClusterDns(snapshot: Snapshot): Snapshot {
  const own = snapshot.pods.some(
    (pod) => pod.namespace === NAMESPACE && pod.labels.get('k8s-app') === 'kube-dns' && !pod.hostNetwork,
  )
  const namespace = snapshot.namespaces.get(NAMESPACE)
  const labels: Labels = new Map([[NAMESPACE_NAME_LABEL, NAMESPACE]])
  const service = snapshot.services.some((each) => qualifiedName(each) === qualifiedName(DNS_SERVICE))
  const taken = snapshot.pods.some((pod) => qualifiedName(pod) === qualifiedName(DNS_POD))
  const pod = taken ? { ...DNS_POD, name: 'kube-dns-sandbox' } : DNS_POD
  return {
    ...snapshot,
    namespaces: new Map([
      ...snapshot.namespaces,
      [NAMESPACE, namespace?.declared ? namespace : { name: NAMESPACE, labels, declared: true }],
    ]),
    pods: own ? snapshot.pods : [...snapshot.pods, pod],
    services: service ? snapshot.services : [...snapshot.services, DNS_SERVICE],
  }
}
