// A pod that stands in for a user's pod: the same labels and ports, the probe image, and no rights at all.
import type { Protocol } from '../../sets/connection-set.ts'
import type { KubeObject } from '../api/object.ts'
import { PROBE_PROGRAM } from './attempt.ts'

/** A port that a stand-in answers on. */
export interface Listener {
  readonly port: number
  /** One container serves TCP and UDP of a port; SCTP only where it is asked for. */
  readonly protocols: readonly Protocol[]
  /** Declared names of the port, so that rules with named ports mean the same (S17). */
  readonly names?: readonly { readonly name: string; readonly protocol: Protocol }[]
}

export interface StandIn {
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** Empty: it only calls, and answers nobody. */
  readonly listeners: readonly Listener[]
  readonly image: string
}

/** The container in which probes start. */
export const PROBE_CONTAINER = 'probe'

/** As small as works: each probe starts a program inside the container, which counts for its memory. */
const RESOURCES = { requests: { cpu: '5m', memory: '24Mi' }, limits: { cpu: '500m', memory: '128Mi' } }

/** What Pod Security `restricted` asks of every container. */
const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: 65_532,
  runAsGroup: 65_532,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
}

/** Ports below it need a right, or this sysctl, which Kubernetes counts among the safe ones. */
const FIRST_UNPRIVILEGED = 1024

function container(
  image: string,
  name: string,
  rest: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return {
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    resources: RESOURCES,
    securityContext: CONTAINER_SECURITY,
    ...rest,
  }
}

function listenerContainer(
  image: string,
  { port, protocols, names = [] }: Listener,
): Readonly<Record<string, unknown>> {
  const sctp = protocols.includes('SCTP') ? [`--sctp-port=${port}`] : []
  return container(image, `port-${port}`, {
    command: [PROBE_PROGRAM, 'netexec', `--http-port=${port}`, `--udp-port=${port}`, ...sctp],
    ports: [
      ...names.map(({ name, protocol }) => ({ name, containerPort: port, protocol })),
      ...(names.length === 0 ? [{ containerPort: port, protocol: protocols[0] ?? 'TCP' }] : []),
    ],
  })
}

/**
 * The manifest. The first container, `probe`, sleeps: probes start in it. Meant for namespaces of our own: beside live
 * pods its labels would make it an endpoint of their Services, and their controllers would adopt it.
 */
export function standInPod({ namespace, name, labels, annotations, listeners, image }: StandIn): KubeObject {
  const isLow = listeners.some(({ port }) => port < FIRST_UNPRIVILEGED)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels, ...(annotations && { annotations }) },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 0,
      securityContext: {
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
        ...(isLow && { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }] }),
      },
      containers: [
        container(image, PROBE_CONTAINER, { command: [PROBE_PROGRAM, 'pause'] }),
        ...listeners.map((listener) => listenerContainer(image, listener)),
      ],
    },
  }
}
