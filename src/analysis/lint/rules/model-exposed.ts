// A model server that anybody can call: decided for pods and addresses that no policy knows.
import { outsideEndpoint, podEndpoint, type Endpoint } from '../../../engine/endpoint.ts'
import { createEngine, type Engine } from '../../../engine/engine.ts'
import type { Pod } from '../../../policy/snapshot.ts'
import { NAMESPACE_NAME_LABEL } from '../../../policy/snapshot.ts'
import { policyName } from '../../../policy/network-policy.ts'
import { hasConnection } from '../../../sets/connection-set.ts'
import { type LintContext, ruleWords, spanAt } from '../context.ts'
import type { ModelServer } from '../model-servers.ts'
import { podNames } from '../pod-index.ts'
import type { Rule, Statement } from '../rule.ts'

/** An address of the Internet that is nobody's in particular. */
const SOMEWHERE = outsideEndpoint({ family: 4, value: 0x2d_4c_62_01 })

function stranger(namespace: string): Endpoint {
  const pod: Pod = {
    namespace,
    name: 'stranger',
    labels: new Map(),
    annotations: new Map(),
    ports: [],
    hostNetwork: false,
    addresses: [],
  }
  return podEndpoint(pod)
}

/** A name that no namespace of the input has, declared without labels of its own. */
function withForeignNamespace({ snapshot }: LintContext): { readonly engine: Engine; readonly name: string } {
  let name = 'elsewhere'
  while (snapshot.namespaces.has(name)) name = `${name}-x`
  const namespace = { name, labels: new Map([[NAMESPACE_NAME_LABEL, name]]), declared: true }
  return {
    engine: createEngine({ ...snapshot, namespaces: new Map([...snapshot.namespaces, [name, namespace]]) }),
    name,
  }
}

const WHO = [
  { words: 'every address outside the cluster', severity: 'warning' },
  { words: 'every pod of every namespace', severity: 'warning' },
  { words: 'every pod of its namespace', severity: 'note' },
] as const

function judge(engine: Engine, model: ModelServer, sources: readonly Endpoint[]): Statement | undefined {
  const target = podEndpoint(model.pod)
  for (const [nth, source] of sources.entries()) {
    const { words, severity } = WHO[nth] ?? WHO[2]
    const port = model.apiPorts.find((one) => hasConnection(engine.reach(source, target, 4).allowed, 'TCP', one))
    if (port === undefined) continue
    const { isolatedBy, admittedBy } = engine.why(source, target, 4).ingress
    const notes = admittedBy
      .filter(({ connections, reason }) => !reason && hasConnection(connections, 'TCP', port))
      .map(({ policy, rule, index }) => ({
        message: `${ruleWords({ direction: 'ingress', index })} of ${policyName(policy)} lets them in`,
        ...spanAt(policy, rule),
      }))
    return {
      severity,
      message: `${words} may call tcp/${port} of ${podNames([model.pod])}, a model server (${model.known})${isolatedBy.length === 0 ? ': no policy isolates it for ingress' : ''}`,
      ...(model.pod.span && { span: model.pod.span }),
      notes: notes.slice(0, 3),
      help: 'allow its callers only, by their labels and on the API port',
    }
  }
  return undefined
}

/** One of the pods of each workload. */
export function eachModel(models: readonly ModelServer[]): ModelServer[] {
  const byOwner = new Map(
    models.map((model) => [
      `${model.pod.namespace}/${model.pod.owner?.kind}/${model.pod.owner?.name ?? model.pod.name}`,
      model,
    ]),
  )
  return [...byOwner.values()]
}

export const modelExposed: Rule = {
  id: 'model-exposed',
  title: 'anybody can call a model server',
  severity: 'warning',
  *check(context) {
    const models = eachModel(context.models).filter(({ pod }) => !pod.hostNetwork)
    if (models.length === 0) return
    const { engine, name } = withForeignNamespace(context)
    for (const model of models) {
      const found = judge(engine, model, [SOMEWHERE, stranger(name), stranger(model.pod.namespace)])
      if (found) yield found
    }
  },
}
