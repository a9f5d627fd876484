// The policy around the model's own pods: callers, scrapers, peers, egress and DNS.
import type { Caller, MoatEgress, MoatPort, PodPeer } from '../policy/moat-spec.ts'
import type { Selector } from '../policy/selector.ts'
import { type Moat, NAMESPACE_NAME_LABEL } from '../policy/snapshot.ts'
import { type RenderedPolicy, rendered, type SpokenRule } from './commented.ts'
import { podRule, type Ports, portsOf, rule } from './rules.ts'
import { cidrWords, podWords, portWords } from './sentence.ts'

const KUBE_SYSTEM: Selector = {
  requirements: [{ key: NAMESPACE_NAME_LABEL, operator: 'In', values: ['kube-system'] }],
}
const KUBE_DNS: PodPeer = {
  namespaces: KUBE_SYSTEM,
  pods: { requirements: [{ key: 'k8s-app', operator: 'In', values: ['kube-dns'] }] },
}
/** Both: an answer that does not fit a datagram comes over TCP (S44). */
const DNS_PORTS: readonly MoatPort[] = [
  { port: 53, protocol: 'UDP' },
  { port: 53, protocol: 'TCP' },
]

/** A caller or scraper may open its own ports, else the given one. */
function admitted(
  moat: Moat,
  role: 'Caller' | 'Scraper',
  [who, usual]: readonly [Caller, MoatPort | undefined],
): SpokenRule {
  const ports = portsOf(who, usual)
  const which = who.ports.length > 0 ? '' : role === 'Caller' ? ', the API port' : ', the metrics port'
  return {
    rule: podRule(who, ports, who.span),
    sentence: `${role} ${who.name}: ${podWords(who, moat.namespace)} may open ${portWords(ports)}${which}.`,
  }
}

/** The same rule in both directions: each pod opens, and each is opened. */
function peersSelf(moat: Moat): SpokenRule[] {
  const { pods, peers, span } = moat.spec.model
  if (peers === 'None') return []
  const sentence = "Peers: the model's own pods may open every port of each other."
  return [{ rule: podRule({ namespaces: 'own', pods }, [], span), sentence }]
}

function destination(moat: Moat, egress: MoatEgress): SpokenRule {
  const { to, ports, span } = egress
  if (to.kind === 'pods') {
    return {
      rule: podRule({ namespaces: to.namespaces, pods: to.pods }, ports, span),
      sentence: `Egress ${egress.name}: the model may open ${portWords(ports)} on ${podWords(to, moat.namespace)}.`,
    }
  }
  return {
    rule: rule({ kind: 'ipBlock', cidr: to.cidr, except: to.except, ...(span && { span }) }, ports, span),
    sentence: `Egress ${egress.name}: the model may open ${portWords(ports)} in ${cidrWords(to.cidr, to.except)}.`,
  }
}

function dns(moat: Moat): SpokenRule[] {
  if (moat.spec.dns === 'None') return []
  return [
    {
      rule: podRule(KUBE_DNS, DNS_PORTS, moat.span),
      sentence: `DNS: the model may open udp/53 and tcp/53 on ${podWords(KUBE_DNS, moat.namespace)}.`,
    },
  ]
}

const WHO = 'Who may open connections to the model; everybody else is denied.'
const WHERE = 'Where the model may open connections; everything else is denied'

function egressSummary(moat: Moat, rules: readonly SpokenRule[]): string {
  if (rules.length === 0) return 'The model may open no connection, not even for DNS.'
  return moat.spec.dns === 'None' ? `${WHERE} (dns: None).` : `${WHERE}.`
}

/** One policy with all rules of the Moat, in the order of its spec. */
export function modelPolicy(moat: Moat, ports: Ports): RenderedPolicy {
  const { namespace, name, spec, span } = moat
  const ingress = [
    ...spec.callers.map((caller) => admitted(moat, 'Caller', [caller, ports.api])),
    ...spec.scrapers.map((scraper) => admitted(moat, 'Scraper', [scraper, ports.metrics])),
    ...peersSelf(moat),
  ]
  const egress = [...spec.egress.map((entry) => destination(moat, entry)), ...dns(moat), ...peersSelf(moat)]
  const model = podWords({ namespaces: 'own', pods: spec.model.pods }, namespace)
  return rendered({
    name,
    namespace,
    subject: spec.model.pods,
    title: `The moat ${name}, rendered by modelmoat: change the Moat, not this.`,
    scope: `The model: ${model}.`,
    ingress: {
      summary: ingress.length === 0 ? 'Nobody may open connections to the model.' : WHO,
      rules: ingress,
    },
    egress: { summary: egressSummary(moat, egress), rules: egress },
    ...(span && { span }),
  })
}
