// Small snapshots for kernel tests, written down by hand.
import type { Labels } from '../../src/policy/selector.ts'
import { type ContainerPort, EMPTY_SNAPSHOT, type Pod, type Service, type Snapshot } from '../../src/policy/snapshot.ts'
import { NAMESPACE_NAME_LABEL } from '../../src/policy/snapshot.ts'

/** `namespace/name` with labels and ports. */
export function pod(name: string, labels: Readonly<Record<string, string>>, ports: readonly ContainerPort[] = []): Pod {
  const [namespace = '', podName = ''] = name.split('/')
  return {
    namespace,
    name: podName,
    labels: new Map(Object.entries(labels)),
    annotations: new Map(),
    ports,
    hostNetwork: false,
    addresses: [],
  }
}

/** A Service of one TCP port; `ports` are the Service's and the pods'. */
export function service(
  name: string,
  labels: Readonly<Record<string, string>>,
  [port, target]: readonly [number, number],
): Service {
  const [namespace = '', serviceName = ''] = name.split('/')
  const requirements = Object.entries(labels).map(([key, value]) => ({ key, operator: 'In' as const, values: [value] }))
  return {
    namespace,
    name: serviceName,
    selector: { requirements },
    ports: [{ port, protocol: 'TCP', targetPort: target }],
    headless: false,
    clusterIPs: [],
  }
}

export function snapshot(pods: readonly Pod[], services: readonly Service[] = []): Snapshot {
  const names = new Set([...pods, ...services].map((each) => each.namespace))
  const namespaces = [...names].map((name) => {
    const labels: Labels = new Map([[NAMESPACE_NAME_LABEL, name]])
    return [name, { name, labels, declared: true }] as const
  })
  return { ...EMPTY_SNAPSHOT, namespaces: new Map(namespaces), pods, services }
}
