// Manifests with one mistake each, the place of the mistake marked by `»`, and the code that it must get.

export interface WrongManifest {
  readonly what: string
  readonly code: string
  /** `»` stands just before the place that the diagnostic must name, and is not part of the text. */
  readonly text: string
}

export const POD = `apiVersion: v1
kind: Pod
metadata: {name: slm, namespace: ai, labels: {app: slm}}
spec: {containers: [{name: slm, ports: [{containerPort: 8080}]}]}
`

export const MOAT = `apiVersion: modelmoat.dev/v1alpha1
kind: Moat
metadata: {name: slm, namespace: ai}
spec:
  model: {podSelector: {matchLabels: {app: slm}}}
`

/** Documents of one file. */
export function documents(...texts: readonly string[]): string {
  return texts.join('---\n')
}

function policy(spec: string): string {
  return `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: ai}\nspec:\n  podSelector: {}\n${spec}`
}

function peer(text: string): string {
  return policy(`  ingress:\n  - from:\n    - ${text}\n`)
}

function port(text: string): string {
  return policy(`  ingress:\n  - ports:\n    - ${text}\n`)
}

function pod(metadata: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {${metadata}}\nspec: {containers: [{name: c}]}\n`
}

const BOMB = [
  'x: &a [v,v,v,v,v,v,v,v,v,v]',
  ...'bcdefghijklmnopqrstuvwxyz'
    .split('')
    .map((letter, i) => `${letter}: &${letter} [${Array(10).fill(`*${'abcdefghijklmnopqrstuvwxyz'[i]}`).join(',')}]`),
]

export const WRONG_MANIFESTS: readonly WrongManifest[] = [
  { what: 'a bracket that is never closed', code: 'yaml-syntax', text: 'kind: »[\n' },
  { what: 'a tab as indentation', code: 'tab-indentation', text: 'kind: Pod\nmetadata:\n»\tname: a\n' },
  {
    what: 'aliases that multiply',
    code: 'too-many-aliases',
    text: `${BOMB.join('\n').replace('e: &e [*d,*d,*d,*d,*d,*d,*d,', '$&»')}\n`,
  },
  {
    what: '20,000 levels of lists',
    code: 'too-deep',
    text: `${'['.repeat(99)}»${'['.repeat(19_901)}${']'.repeat(20_000)}\n`,
  },
  {
    what: '20,000 levels of JSON objects',
    code: 'too-deep',
    text: `${'{"a":'.repeat(98)}{»"a":${'{"a":'.repeat(19_901)}1${'}'.repeat(20_000)}\n`,
  },
  { what: 'a key given twice', code: 'duplicate-key', text: 'kind: Pod\n»kind: Pod\napiVersion: v1\n' },
  { what: 'an unknown field', code: 'unknown-field', text: policy('  »ingres: []\n') },
  {
    what: 'an unknown kind',
    code: 'unknown-kind',
    text: 'apiVersion: v1\nkind: »Pdo\nmetadata: {name: a}\n',
  },
  { what: 'no kind', code: 'missing-kind', text: '»apiVersion: v1\nmetadata: {name: a}\n' },
  {
    what: 'an admin policy, which is not understood',
    code: 'policy-not-read',
    text: 'apiVersion: cilium.io/v2\nkind: »CiliumNetworkPolicy\nmetadata: {name: a}\nspec: {}\n',
  },
  { what: 'endPort below port', code: 'invalid-end-port', text: port('{port: 8080, endPort: »80}') },
  { what: 'endPort beside a port name', code: 'invalid-end-port', text: port('{port: http, endPort: »80}') },
  { what: 'a port in quotes', code: 'invalid-port', text: port('{port: »"80"}') },
  { what: 'port 0', code: 'invalid-port', text: port('{port: »0}') },
  { what: 'port 65536', code: 'invalid-port', text: port('{port: »65536}') },
  { what: 'a protocol without ports', code: 'unknown-value', text: port('{port: 80, protocol: »ICMP}') },
  { what: 'an address that is none', code: 'invalid-cidr', text: peer('ipBlock: {cidr: »300.0.0.0/8}') },
  { what: 'an address without prefix', code: 'invalid-cidr', text: peer('ipBlock: {cidr: »10.0.0.0}') },
  { what: 'an IPv6 prefix length on IPv4', code: 'invalid-cidr', text: peer('ipBlock: {cidr: »10.0.0.0/64}') },
  {
    what: 'an IPv4 block written as IPv6',
    code: 'invalid-cidr',
    text: peer('ipBlock: {cidr: »"::ffff:10.0.0.0/104"}'),
  },
  {
    what: 'an exception outside its block',
    code: 'except-outside',
    text: peer('ipBlock: {cidr: 10.0.0.0/8, except: [»11.0.0.0/16]}'),
  },
  {
    what: 'an exception as wide as its block',
    code: 'except-outside',
    text: peer('ipBlock: {cidr: 10.0.0.0/8, except: [»10.0.0.0/8]}'),
  },
  {
    what: 'an IPv6 exception of an IPv4 block',
    code: 'except-outside',
    text: peer('ipBlock: {cidr: 10.0.0.0/8, except: [»"2001:db8::/64"]}'),
  },
  { what: 'a peer that names nobody', code: 'empty-peer', text: peer('»{}') },
  {
    what: 'an ipBlock beside a selector',
    code: 'ip-block-with-selector',
    text: peer('{ipBlock: {cidr: 10.0.0.0/8}, »podSelector: {}}'),
  },
  {
    what: 'a label value of 64 characters',
    code: 'invalid-label-value',
    text: pod(`name: a, labels: {app: »${'x'.repeat(64)}}`),
  },
  { what: 'a label that is a number', code: 'wrong-type', text: pod('name: a, labels: {app: »1}') },
  { what: 'a namespace of 253 characters', code: 'invalid-name', text: pod(`name: a, namespace: »${'n'.repeat(253)}`) },
  { what: 'a name of 254 characters', code: 'invalid-name', text: pod(`name: »${'n'.repeat(254)}`) },
  { what: 'a name that colours the terminal', code: 'invalid-name', text: pod('name: »"a\\e[31m"') },
  { what: 'a field that clears the screen', code: 'unknown-field', text: pod('name: a, »"b\\e[2J": 1') },
  { what: 'a kind that sets the title', code: 'unknown-kind', text: 'apiVersion: v1\nkind: »"P\\e]0;x\\a"\n' },
  {
    what: 'a caller with a name that colours the terminal',
    code: 'invalid-name',
    text: documents(POD, `${MOAT}  callers: [{name: »"\\e[31m", podSelector: {}}]\n`),
  },
  { what: 'two pods of one name', code: 'duplicate-object', text: documents(POD, POD.replace('name: ', 'name: »')) },
  {
    what: 'a Moat that selects no pod',
    code: 'moat-selects-nothing',
    text: documents(
      POD,
      MOAT.replace('{podSelector: {matchLabels: {app: slm', '»{podSelector: {matchLabels: {app: llm'),
    ),
  },
  {
    what: 'a Moat over a pod on the network of its node',
    code: 'moat-host-network',
    text: documents(POD.replace('name: ', 'name: »').replace('spec: {', 'spec: {hostNetwork: true, '), MOAT),
  },
  {
    what: 'a Moat with a field that is not honoured yet',
    code: 'unsupported-field',
    text: documents(POD, `${MOAT}  egress: [{name: hub, »fqdn: example.com}]\n`),
  },
  {
    what: 'a Moat with callers whose model has an SCTP port only',
    code: 'moat-port-unknown',
    text: documents(
      POD.replace('containerPort: 8080', 'containerPort: 8080, protocol: SCTP'),
      `${MOAT.replace('model: ', 'model: »')}  callers: [{name: all, podSelector: {}}]\n`,
    ),
  },
]

/** Where the mark stands, and the text without it. */
export function unmarked(text: string): { readonly text: string; readonly place: string } {
  const before = text.slice(0, text.indexOf('»'))
  const lines = before.split('\n')
  return { text: text.replace('»', ''), place: `${lines.length}:${(lines.at(-1) ?? '').length + 1}` }
}
