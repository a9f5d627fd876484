// Where the model's pods listen, and how callers find them: by the name of a Service where there is one, else by address.
import { apiPortOf } from '../../intent/api-port.ts'
import { matches } from '../../policy/selector.ts'
import type { Moat, Pod, Snapshot } from '../../policy/snapshot.ts'
import { formatAddress } from '../../sets/ip-address.ts'

const LLAMA_PORT = 8080

/** The number of the API port on one of the model's pods; a name that the pod does not declare falls back to 8080. */
export function apiPort(moat: Moat, snapshot: Snapshot, model: Pod): number {
  const said = apiPortOf(moat, snapshot).port?.port
  if (typeof said === 'number') return said
  return model.ports.find(({ name, protocol }) => name === said && protocol === 'TCP')?.port ?? LLAMA_PORT
}

/** `http://slm.ai-models.svc.cluster.local`, or `http://10.244.0.2:8080`. */
export function modelUrl(snapshot: Snapshot, model: Pod, port: number): string {
  for (const { namespace, name, selector, ports, headless } of snapshot.services) {
    if (headless || namespace !== model.namespace || !selector || !matches(selector, model.labels)) continue
    const entry = ports.find(({ targetPort, protocol }) => protocol === 'TCP' && podPort(model, targetPort) === port)
    if (entry) return `http://${name}.${namespace}.svc.cluster.local:${entry.port}`
  }
  const [address] = model.addresses
  if (!address) throw new Error(`${model.name} has no address`)
  const host = formatAddress(address)
  return `http://${address.family === 6 ? `[${host}]` : host}:${port}`
}

function podPort(pod: Pod, targetPort: number | string): number | undefined {
  if (typeof targetPort === 'number') return targetPort
  return pod.ports.find(({ name, protocol }) => name === targetPort && protocol === 'TCP')?.port
}
