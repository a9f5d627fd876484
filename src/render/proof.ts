// A proof as lines for people, and as plain data for machines.
import { formatSpan } from '../diag/source.ts'
import type { AssertionProof, Proof, ProofClaim, ProofVerdict, Witness, WitnessEnd } from '../analysis/proof.ts'
import { formatAddress } from '../sets/ip-address.ts'
import { type Line, piece, type Style, visible } from './styled-text.ts'
import { wrap } from './wrap.ts'

/** The left column: a verdict, or what no verdict covers. */
const WORDS: Readonly<Record<ProofVerdict | 'RESIDUAL', { readonly text: string; readonly style: Style }>> = {
  PROVEN: { text: 'PROVEN', style: 'good' },
  REFUTED: { text: 'REFUTED', style: 'bad' },
  OUT_OF_SCOPE: { text: 'OUT OF SCOPE', style: 'attention' },
  RESIDUAL: { text: 'RESIDUAL', style: 'muted' },
}
const COLUMN = 14

function labelsText(labels: ReadonlyMap<string, string>): string {
  return `{${[...labels].map(([key, value]) => `${key}=${value}`).join(', ')}}`
}

function endText(end: WitnessEnd): string {
  if (end.kind === 'outside') return formatAddress(end.address)
  const name = `${end.namespace}/${end.name}`
  if (end.present) return `pod ${name}`
  const others = new Map([...end.namespaceLabels].filter(([, value]) => value !== end.namespace))
  const where = others.size > 0 ? ` in a namespace ${labelsText(others)}` : ''
  const ports = end.ports.map((port) => `, port ${port.name} = ${port.port}`).join('')
  const address = end.addresses.map((one) => `, address ${formatAddress(one)}`).join('')
  return `any pod ${name} ${labelsText(end.labels)}${ports}${address}${where}`
}

/** `pod batch/eval-1 to pod ai-models/slm tcp/9090`. */
export function witnessText({ source, destination, protocol, port, family }: Witness): string {
  const over = family === 6 ? ' over IPv6' : ''
  return `${endText(source)} to ${endText(destination)} ${protocol.toLowerCase()}/${port}${over}`
}

function entry(word: keyof typeof WORDS, texts: readonly string[], width: number): Line[] {
  const { text, style } = WORDS[word]
  const [first = '', ...rest] = texts.flatMap((long) => wrap(visible(long), width - COLUMN))
  return [
    [piece(text, style), piece(' '.repeat(COLUMN - text.length)), piece(first)],
    ...rest.map((more): Line => [piece(' '.repeat(COLUMN)), piece(more)]),
  ]
}

/** The witness with the rule that lets it in or the policy that denies it; without a witness, the reason alone. */
function whyText({ witness, reason, location }: ProofClaim): string[] {
  const place = location ? ` (${formatSpan(location)})` : ''
  const why = reason === undefined ? '' : `${reason}${place}`
  if (witness) return [`witness: ${witnessText(witness)}, ${witness.allowed ? '' : 'denied: '}${why}`]
  return why === '' ? [] : [why]
}

function claimLines(claim: ProofClaim, width: number): Line[] {
  return entry(claim.verdict, [claim.claim, ...whyText(claim)], width)
}

/** What the proof is about, each claim with its witness and reason, then what remains; broken at `width` cells. */
export function proofLines(proof: Proof, width = 80): Line[] {
  const about = [
    `model: ${proof.subjects.join(', ') || 'no pod of the input'}`,
    `policies: ${proof.policies.join(', ') || 'none'}`,
    `over all pods that could exist, all ports, IPv4 and IPv6; profile ${proof.profile}`,
  ]
  return [
    [piece(visible(`${proof.moat} @ ${proof.namespace}`), 'strong')],
    ...about.flatMap((text) => wrap(visible(text), width)).map((text): Line => [piece(text, 'muted')]),
    ...proof.claims.flatMap((claim) => claimLines(claim, width)),
    ...proof.residuals.flatMap((text) => entry('RESIDUAL', [text], width)),
  ]
}

/** The proof of assertions that stand apart from a Moat. */
export function assertionProofLines({ profile, claims, residuals }: AssertionProof, width = 80): Line[] {
  const about = `over all pods that could exist, both IP families; profile ${profile}`
  return [
    [piece('assertions', 'strong')],
    ...wrap(about, width).map((text): Line => [piece(text, 'muted')]),
    ...claims.flatMap((claim) => claimLines(claim, width)),
    ...residuals.flatMap((text) => entry('RESIDUAL', [text], width)),
  ]
}

/** An end of a witness: `address` for the outside, the rest for a pod. */
export type EndJson =
  | { readonly address: string }
  | {
      readonly pod: string
      readonly labels: Readonly<Record<string, string>>
      readonly namespaceLabels: Readonly<Record<string, string>>
      /** False: the input has no such pod, but it could exist. */
      readonly present: boolean
      readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol: string }[]
      readonly addresses?: readonly string[]
    }

export interface ClaimJson {
  /** `namespace/name` of the Moat; absent for assertions that stand apart from one. */
  readonly moat?: string
  readonly id: string
  readonly claim: string
  readonly verdict: ProofVerdict
  readonly witness?: {
    readonly source: EndJson
    readonly destination: EndJson
    readonly protocol: string
    readonly port: number
    readonly family: number
    readonly allowed: boolean
  }
  readonly reason?: string
  /** `file:line:col`. */
  readonly location?: string
}

function endJson(end: WitnessEnd): EndJson {
  if (end.kind === 'outside') return { address: formatAddress(end.address) }
  return {
    pod: `${end.namespace}/${end.name}`,
    labels: Object.fromEntries(end.labels),
    namespaceLabels: Object.fromEntries(end.namespaceLabels),
    present: end.present,
    ...(end.ports.length > 0 && { ports: end.ports }),
    ...(end.addresses.length > 0 && { addresses: end.addresses.map(formatAddress) }),
  }
}

export function witnessJson({ source, destination, ...rest }: Witness): NonNullable<ClaimJson['witness']> {
  return { source: endJson(source), destination: endJson(destination), ...rest }
}

/** The claims of a proof as plain data, in order; `docs/schemas/prove.json` says the same in a schema. */
export function proofJson(proof: Proof | AssertionProof): ClaimJson[] {
  return proof.claims.map(({ id, claim, verdict, witness, reason, location }) => ({
    ...('moat' in proof && { moat: `${proof.namespace}/${proof.moat}` }),
    id,
    claim,
    verdict,
    ...(witness && { witness: witnessJson(witness) }),
    ...(reason !== undefined && { reason }),
    ...(location && { location: formatSpan(location) }),
  }))
}
