// The default deny of the model's namespace, and the ways that it must not close.
import { EVERYTHING } from '../policy/selector.ts'
import type { Moat, Snapshot } from '../policy/snapshot.ts'
import { type RenderedPolicy, rendered } from './commented.ts'
import { podRule, type Ports, portsOf } from './rules.ts'
import { coversNamespace } from './selected-pods.ts'
import { podWords, portWords } from './sentence.ts'

/** With the whole namespace denied, callers and scrapers in it keep their way out to the model. */
function waysToTheModel(moat: Moat, snapshot: Snapshot, ports: Ports): RenderedPolicy[] {
  const ends = [
    ...moat.spec.callers.map((who) => ({ who, role: 'caller', usual: ports.api })),
    ...moat.spec.scrapers.map((who) => ({ who, role: 'scraper', usual: ports.metrics })),
  ]
  return ends.flatMap(({ who, role, usual }) => {
    const covers = coversNamespace(snapshot, { own: moat.namespace, namespaces: who.namespaces }, moat.namespace)
    if (covers === 'no') return []
    const open = portsOf(who, usual)
    const subject = podWords({ namespaces: 'own', pods: who.pods }, moat.namespace)
    return rendered({
      name: `${moat.name}-${role}-${who.name}`,
      namespace: moat.namespace,
      subject: who.pods,
      title: `The way from ${role} ${who.name} to the model, which the default deny of the namespace would close.`,
      scope: `Applies to ${subject}.`,
      ingress: { summary: 'Opens nothing inwards.', rules: [] },
      egress: {
        summary: 'Opens the way to the model and nothing else.',
        rules: [
          {
            rule: podRule({ namespaces: 'own', pods: moat.spec.model.pods }, open, who.span),
            sentence: `They may open ${portWords(open)} on the model.`,
          },
        ],
      },
      ...(who.span && { span: who.span }),
    })
  })
}

/** Nothing unless the Moat asks for it. */
export function defaultDeny(moat: Moat, snapshot: Snapshot, ports: Ports): RenderedPolicy[] {
  if (!moat.spec.namespaceDefaultDeny) return []
  const { namespace, name, span } = moat
  const deny = rendered({
    name: `${name}-default-deny`,
    namespace,
    subject: EVERYTHING,
    title: `What no other policy of namespace ${namespace} allows is denied.`,
    scope: `Applies to every pod of namespace ${namespace}.`,
    ingress: { summary: 'Nobody may open a connection to them.', rules: [] },
    egress: { summary: 'They may open no connection.', rules: [] },
    ...(span && { span }),
  })
  return [deny, ...waysToTheModel(moat, snapshot, ports)]
}
