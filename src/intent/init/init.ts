// Drafts the Moat of a workload from what an input tells: its labels, program, policies, and who speaks of it.
import type { MoatPort } from '../../policy/moat-spec.ts'
import { type NetworkPolicy, policyName } from '../../policy/network-policy.ts'
import { routeName } from '../../policy/route.ts'
import { matches } from '../../policy/selector.ts'
import { qualifiedName, type Service, type ServicePort, type Snapshot } from '../../policy/snapshot.ts'
import { listed } from '../sentence.ts'
import { portArgument, profileOfProgram } from '../runtimes/of-program.ts'
import type { RuntimeProfile } from '../runtimes/profile.ts'
import type { Because, Draft, Question } from './draft.ts'
import { fromPolicies, type TakenOver, uniqueName } from './from-policies.ts'
import { type ConfigTexts, referenceTo } from './references.ts'
import { namespaceNamed, peerOf, pickSelector, type Subject, subjectName, subjectsOf } from './subjects.ts'

/** What the draft is made from. */
export interface Surroundings {
  readonly snapshot: Snapshot
  readonly subjects: readonly Subject[]
  readonly configs: ConfigTexts
}

export function surroundingsOf(snapshot: Snapshot, configs: ConfigTexts): Surroundings {
  return { snapshot, subjects: subjectsOf(snapshot), configs }
}

/** The Moat of one subject; `undefined` where it has no stable label to be selected by. */
export function draftOf(subject: Subject, around: Surroundings): Draft | undefined {
  const { snapshot, subjects } = around
  const picked = pickSelector(subject, subjects)
  if (!picked) return undefined
  const program = subject.programs.map(profileOfProgram).find((found) => found !== undefined)
  const profile = program?.profile
  const services = servicesOf(subject, snapshot)
  const port = portOf(subject, services, profile)
  const policies = snapshot.networkPolicies.filter(
    (policy) => policy.namespace === subject.namespace && matches(policy.subject, subject.labels),
  )
  const taken = fromPolicies({ policies, port: port?.value, metrics: servesMetrics(subject, profile) })
  const referring = callersByReference(subject, services, { around, taken })
  const egress = taken.isolated.egress ? [...taken.egress] : egressByReference(subject, around)
  const callers = [...taken.callers, ...referring.callers]
  const questions: Question[] = [
    ...(port ? [] : [{ kind: 'port', text: 'Which port of the pod do callers use?' } as const]),
    ...(callers.length > 0 ? [] : [{ kind: 'callers', text: 'Who may call the model?' } as const]),
  ]
  const asked = !taken.isolated.egress && egress.length > 0
  return {
    namespace: subject.namespace,
    name: moatName(subject, snapshot),
    model: subjectName(subject),
    selector: picked.selector,
    runtime: program
      ? { value: program.profile.runtime, because: `The container ${program.known}.` }
      : { value: 'Auto', because: 'No container runs a model server that Moat knows.' },
    port,
    callers,
    scrapers: taken.scrapers,
    egress,
    dns:
      taken.dns ??
      (asked
        ? { value: 'Cluster', because: 'What it calls is called by name.' }
        : { value: 'None', because: 'Nothing that it calls needs a name.' }),
    remarks: [
      ...picked.alsoMatches.map(
        (other) => `The labels of the model also select ${subjectName(other)}: give it one of its own.`,
      ),
      ...(subject.hostNetwork ? ['The model uses the network of its node, where no NetworkPolicy applies.'] : []),
      ...policyRemarks(policies, taken),
      ...referring.remarks,
      ...routeRemarks(services, snapshot),
    ],
    questions,
  }
}

function servicesOf({ namespace, labels }: Subject, { services }: Snapshot): Service[] {
  return services.filter(
    ({ selector, ...service }) => service.namespace === namespace && selector && matches(selector, labels),
  )
}

/** Policies add up: what is not removed goes on letting in whom it lets in. One without rules adds nothing. */
function policyRemarks(policies: readonly NetworkPolicy[], { remarks }: TakenOver): string[] {
  const names = policies.filter(({ ingress = [], egress = [] }) => ingress.length + egress.length > 0).map(policyName)
  if (names.length === 0) return [...remarks]
  const them = names.length === 1 ? 'it' : 'them'
  return [
    ...remarks,
    `${listed(names)} ${names.length === 1 ? 'selects' : 'select'} the model too, and policies add up: once the Moat is applied, remove ${them} or take the model out of ${them}.`,
  ]
}

function routeRemarks(services: readonly Service[], { routes }: Snapshot): string[] {
  const names = new Set(services.map(qualifiedName))
  const leading = routes.filter(({ backends }) =>
    backends.some(({ namespace, service }) => names.has(`${namespace}/${service}`)),
  )
  const outside = services.filter(({ outside }) => outside)
  return [
    ...leading.map(
      (route) =>
        `${routeName(route)} leads to the model: the pods of its controller must be among the callers for it to go on working.`,
    ),
    ...outside.map(
      (service) =>
        `Service ${qualifiedName(service)} is open to the outside: what comes through it is denied by the Moat.`,
    ),
  ]
}

/** The name of the workload, unless a hand-written policy of that name would be replaced by the Moat's. */
function moatName({ namespace, name }: Subject, { networkPolicies, moats }: Snapshot): string {
  const taken = new Set(
    [...networkPolicies, ...moats].filter((object) => object.namespace === namespace).map((object) => object.name),
  )
  return uniqueName(taken.has(name) ? `${name}-moat` : name, taken)
}

const tcp = (port: number | string): MoatPort => ({ port, protocol: 'TCP' })

/** Said by arguments or variables, else the runtime's that is declared, else the only one that is declared or served. */
function portOf(
  { programs, ports }: Subject,
  services: readonly Service[],
  profile: RuntimeProfile | undefined,
): Because<MoatPort> | undefined {
  for (const { words, env } of programs) {
    const argument = portArgument(words)
    if (argument !== undefined) return { value: tcp(argument), because: 'From the arguments of the container.' }
    for (const name of ['LLAMA_ARG_PORT', 'OLLAMA_HOST', 'LOCALAI_ADDRESS', 'PORT']) {
      const found = /(?:^|:)(\d{1,5})$/.exec(env.get(name) ?? '')?.[1]
      if (found !== undefined) return { value: tcp(Number(found)), because: `From the variable ${name}.` }
    }
  }
  const declared = [...new Set(ports.filter(({ protocol }) => protocol === 'TCP').map(({ port }) => port))]
  const usual = profile?.apiPorts.find(({ port }) => declared.includes(port))
  if (profile && usual) return { value: tcp(usual.port), because: `Declared, and the port of ${profile.title}.` }
  const [only] = declared
  if (only !== undefined && declared.length === 1)
    return { value: tcp(only), because: 'The only port that the pods declare.' }
  const served = [...new Set(services.flatMap((service) => service.ports.flatMap((port) => targetOf(port, ports))))]
  const [target] = served
  if (target !== undefined && served.length === 1)
    return { value: tcp(target), because: 'The only port that its Services lead to.' }
  const http = ports.filter(({ name, protocol }) => name === 'http' && protocol === 'TCP')
  if (http.length === 1 && http[0]) return { value: tcp(http[0].port), because: 'The declared port named http.' }
  if (profile && declared.length === 0)
    return { value: tcp(profile.apiPorts[0].port), because: `What ${profile.title} listens on unless told otherwise.` }
  return undefined
}

/** The pod ports of a Service port, as far as they are known; TCP only. */
function targetOf({ targetPort, protocol }: ServicePort, ports: Subject['ports']): number[] {
  if (protocol !== 'TCP') return []
  if (typeof targetPort === 'number') return [targetPort]
  return ports.filter(({ name, protocol }) => name === targetPort && protocol === 'TCP').map(({ port }) => port)
}

function servesMetrics({ ports }: Subject, profile: RuntimeProfile | undefined): boolean {
  return (
    ports.some(({ name }) => name !== undefined && /metrics|prometheus/.test(name)) ||
    (profile !== undefined && profile.metrics.kind !== 'none')
  )
}

/** Those who speak of the model's Services, unless policies keep them out today: then they are only told of. */
function callersByReference(
  subject: Subject,
  services: readonly Service[],
  { around, taken }: { readonly around: Surroundings; readonly taken: TakenOver },
): { readonly callers: Draft['callers']; readonly remarks: readonly string[] } {
  const callers: Draft['callers'][number][] = []
  const remarks: string[] = []
  const names = new Set([...taken.callers, ...taken.scrapers].map(({ value }) => value.name))
  for (const other of around.subjects) {
    if (other === subject) continue
    const places = services.flatMap((service) => {
      const where = referenceTo(service, other, around.configs)
      return where === undefined ? [] : [`${where} names Service ${service.name}`]
    })
    const [place] = places
    const letIn = taken.callers.some(
      ({ value }) =>
        matches(value.pods, other.labels) &&
        (value.namespaces === 'own'
          ? other.namespace === subject.namespace
          : matches(value.namespaces, labelsOf(other, around))),
    )
    if (place === undefined || letIn) continue
    const peer = peerOf(other, around.subjects, subject.namespace)
    if (taken.isolated.ingress || !peer) {
      const why = peer ? 'no policy lets it in today' : 'it has no label to know it by'
      remarks.push(`${subjectName(other)} seems to call the model (${place}), but ${why}: not taken over.`)
      continue
    }
    const value = { name: uniqueName(other.name, names), ...peer, ports: [] }
    callers.push({ value, because: `${subjectName(other)}: ${place}.` })
  }
  return { callers, remarks }
}

function labelsOf({ namespace }: Subject, { snapshot }: Surroundings) {
  return snapshot.namespaces.get(namespace)?.labels ?? new Map<string, string>()
}

/** The Services that the model speaks of, by the pods behind them. */
function egressByReference(subject: Subject, { snapshot, configs }: Surroundings): Draft['egress'][number][] {
  const names = new Set<string>()
  return snapshot.services.flatMap((service) => {
    const where = referenceTo(service, subject, configs)
    const { selector, namespace } = service
    if (where === undefined || !selector) return []
    if (namespace === subject.namespace && matches(selector, subject.labels)) return []
    const ports = service.ports.map(({ targetPort, protocol }) => ({ port: targetPort, protocol }))
    const to = {
      kind: 'pods',
      namespaces: namespace === subject.namespace ? 'own' : namespaceNamed(namespace),
      pods: selector,
    } as const
    const value = { name: uniqueName(service.name, names), to, ports }
    return [{ value, because: `${where.replace(/^its/, 'Its')} names Service ${qualifiedName(service)}.` }]
  })
}
