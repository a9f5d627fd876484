// The base chains: where packets enter the table, and what comes before and after the policies.
import type { Direction } from '../policy/network-policy.ts'
import type { Family } from '../sets/ip-address.ts'
import { FAMILIES } from './cast.ts'
import { CUT_CHAIN, CUT_MARK, DENY_CHAIN } from './denial.ts'
import { CLUSTER_IPS, SERVICE_MAP } from './compile-services.ts'
import { ADDRESS_TYPE, addSet, type Draft, logStatement } from './draft.ts'
import { isolationMap } from './names.ts'
import { printMark } from './print.ts'
import { ACCEPTED_GROUP, DENIED_GROUP, type Chain, type Key, type Match, type Rule, type Ruleset } from './ruleset.ts'

export interface HookOptions {
  readonly generation: number
  readonly denial: 'drop' | 'reject'
  readonly logAccepts: boolean
  readonly establishedSurvive: boolean
  readonly interfaces: PodInterfaces | undefined
}

/** The node's ends of the pods' links: all of them, and only they, begin with `prefix`. */
export interface PodInterfaces {
  readonly prefix: string
  /** `namespace/name` of a pod to the name of the node's end. */
  readonly of: ReadonlyMap<string, string>
}

const ADDRESS: Readonly<Record<Family, 'ip' | 'ip6'>> = { 4: 'ip', 6: 'ip6' }

/** A flow's own address, in each direction the address that policies of that direction protect. */
const SUBJECT_KEY: Readonly<Record<Direction, Readonly<Record<Family, Key>>>> = {
  egress: { 4: 'ct original ip saddr', 6: 'ct original ip6 saddr' },
  ingress: { 4: 'ct reply ip saddr', 6: 'ct reply ip6 saddr' },
}

/** Adds the base chains, the shared chains they need, and the sets of a pod's own addresses. */
export function compileHooks(draft: Draft, options: HookOptions): void {
  addSelfSets(draft)
  addChain(draft, {
    name: CUT_CHAIN,
    rules: [{ matches: [], statements: [{ do: 'set mark', mark: CUT_MARK }] }, ...deny(options)],
  })
  addChain(draft, { name: DENY_CHAIN, rules: deny(options) })
  if (options.interfaces) addAntispoof(draft, options.interfaces)
  addNat(draft)
  addChain(draft, {
    name: 'forward-egress',
    hook: { type: 'filter', hook: 'forward', priority: 0 },
    rules: [
      ...admitted(options),
      { matches: [is('ct state', 'invalid')], statements: [{ do: 'drop' }] },
      ...unserved(),
      ...judge('egress'),
    ],
  })
  addChain(draft, {
    name: 'forward-ingress',
    hook: { type: 'filter', hook: 'forward', priority: 10 },
    rules: [...admitted(options), ...judge('ingress')],
  })
  addChain(draft, {
    name: 'forward-admitted',
    hook: { type: 'filter', hook: 'forward', priority: 20 },
    rules: remember(draft, options),
  })
}

function addChain(draft: Draft, chain: Chain): void {
  draft.chains.set(chain.name, chain)
}

function is(key: Key, ...values: string[]): Match {
  return { keys: [key], right: { values } }
}

function marked(generation: number): Match {
  return is('ct mark', printMark(generation))
}

/** The pair (own address, own address): a pod that reaches itself, also through its own Service (S31). */
function addSelfSets(draft: Draft): void {
  for (const family of FAMILIES) {
    const elements = draft.cast.members.flatMap((member) =>
      member[family] ? [`${member[family]} . ${member[family]}`] : [],
    )
    addSet(draft, `self${family}`, { type: [ADDRESS_TYPE[family], ADDRESS_TYPE[family]], elements })
  }
}

function isSelf(family: Family): Match {
  return { keys: [SUBJECT_KEY.egress[family], SUBJECT_KEY.ingress[family]], right: { set: `self${family}` } }
}

/** Flows of this generation, and ICMP errors about any flow (without these an allowed UDP flow to a closed port hangs). */
function admitted({ generation, establishedSurvive }: HookOptions): Rule[] {
  return [
    {
      matches: [establishedSurvive ? is('ct state', 'established') : marked(generation)],
      statements: [{ do: 'accept' }],
    },
    { matches: [is('ct state', 'related'), is('meta l4proto', 'icmp', 'ipv6-icmp')], statements: [{ do: 'accept' }] },
  ]
}

/** Still addressed to a Service after DNAT: nobody is behind that port, so say so as a node does. */
function unserved(): Rule[] {
  return FAMILIES.map((family) => ({
    matches: [{ keys: [`${ADDRESS[family]} daddr`], right: { set: CLUSTER_IPS[family] } }],
    statements: [{ do: 'reject', with: 'port-unreachable' }],
  }))
}

/** A pod reaches itself (S31); else the subject's own chain decides; a pod that no policy isolates has none (S29). */
function judge(direction: Direction): Rule[] {
  return [
    ...FAMILIES.map((family): Rule => ({ matches: [isSelf(family)], statements: [{ do: 'accept' }] })),
    ...FAMILIES.map((family): Rule => ({
      matches: [],
      statements: [{ do: 'vmap', keys: [SUBJECT_KEY[direction][family]], map: isolationMap(direction, family) }],
    })),
  ]
}

/** Both directions accepted: the flow is of this generation from now on. */
function remember(draft: Draft, { generation, logAccepts }: HookOptions): Rule[] {
  const log: Rule[] = logAccepts
    ? [
        {
          matches: [{ ...marked(generation), not: true }, is('ct state', 'new')],
          statements: [logStatement(draft, { verdict: 'admitted' }, ACCEPTED_GROUP)],
        },
      ]
    : []
  return [...log, { matches: [], statements: [{ do: 'set mark', mark: generation }] }]
}

function deny({ denial }: HookOptions): Rule[] {
  if (denial === 'drop') return [{ matches: [], statements: [{ do: 'drop' }] }]
  return [
    { matches: [is('meta l4proto', 'tcp')], statements: [{ do: 'reject', with: 'tcp reset' }] },
    { matches: [], statements: [{ do: 'reject', with: 'admin-prohibited' }] },
  ]
}

/** Before conntrack: a packet that comes from a pod's link under another address than the pod's own is nobody's. */
function addAntispoof(draft: Draft, interfaces: PodInterfaces): void {
  const log = logStatement(draft, { verdict: 'spoofed' }, DENIED_GROUP)
  addChain(draft, {
    name: 'spoofed',
    rules: [
      { matches: [is('meta l4proto', 'tcp', 'udp', 'sctp')], statements: [log] },
      { matches: [], statements: [{ do: 'drop' }] },
    ],
  })
  for (const family of FAMILIES) {
    const elements = draft.cast.members.flatMap((member) => {
      const name = interfaces.of.get(member.name)
      return name === undefined || member[family] === undefined ? [] : [`"${name}" . ${member[family]}`]
    })
    addSet(draft, `own${family}`, { type: ['ifname', ADDRESS_TYPE[family]], elements })
  }
  addChain(draft, {
    name: 'antispoof',
    hook: { type: 'filter', hook: 'prerouting', priority: -300 },
    rules: FAMILIES.map((family) => ({
      matches: [
        is('iifname', `"${interfaces.prefix}*"`),
        { keys: ['iifname', `${ADDRESS[family]} saddr`], not: true, right: { set: `own${family}` } },
      ],
      statements: [{ do: 'goto', chain: 'spoofed' }],
    })),
  })
}

/** Services for pods and for the node; a pod that reaches itself through its Service must see the node as its peer. */
function addNat(draft: Draft): void {
  const rules = FAMILIES.map((family): Rule => ({
    matches: [],
    statements: [
      { do: 'vmap', keys: [`${ADDRESS[family]} daddr`, 'meta l4proto', 'th dport'], map: SERVICE_MAP[family] },
    ],
  }))
  addChain(draft, { name: 'service-dnat', hook: { type: 'nat', hook: 'prerouting', priority: -100 }, rules })
  addChain(draft, { name: 'service-dnat-node', hook: { type: 'nat', hook: 'output', priority: -100 }, rules })
  addChain(draft, {
    name: 'hairpin',
    hook: { type: 'nat', hook: 'postrouting', priority: 100 },
    rules: FAMILIES.map((family) => ({ matches: [isSelf(family)], statements: [{ do: 'masquerade' }] })),
  })
}

/** The same ruleset under another generation. */
export function withGeneration(ruleset: Ruleset, generation: number): Ruleset {
  if (generation === ruleset.generation) return ruleset
  const [old, now] = [printMark(ruleset.generation), printMark(generation)]
  const restamp = (chain: Chain): Chain => ({
    ...chain,
    rules: chain.rules.map((rule) => ({
      ...rule,
      matches: rule.matches.map((match) =>
        match.keys[0] === 'ct mark' && 'values' in match.right && match.right.values[0] === old
          ? { ...match, right: { values: [now] } }
          : match,
      ),
      statements: rule.statements.map((s) => (s.do === 'set mark' ? { ...s, mark: generation } : s)),
    })),
  })
  const chains = new Map([...ruleset.table.chains].map(([name, chain]) => [name, chain.hook ? restamp(chain) : chain]))
  return { ...ruleset, generation, table: { ...ruleset.table, chains } }
}
