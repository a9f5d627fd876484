// Inputs for proofs, written as manifests in few words, and the claims that come out.
import { PROFILES, type ProfileName } from '../../src/engine/profile.ts'
import { policiesInForce } from '../../src/intent/policies-in-force.ts'
import { parse } from '../../src/parse/parse.ts'
import type { Moat } from '../../src/policy/snapshot.ts'
import type { Proof, ProofClaim } from '../../src/analysis/proof.ts'
import { prove } from '../../src/analysis/prove.ts'

/** The seed's Moat. */
export const SEED = `
apiVersion: modelmoat.dev/v1alpha1
kind: Moat
metadata: {name: slm-isolation, namespace: ai-models}
spec:
  model:
    podSelector: {matchLabels: {app: small-language-model}}
    port: 8080
  callers:
  - name: feature-api
    podSelector: {matchLabels: {app: feature-api}}
  egress:
  - name: approved-range
    cidr: 203.0.113.0/24
`

export function pod(namespace: string, name: string, spec = ports()): string {
  return `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}, labels: {app: ${name}}}
spec: ${spec}
`
}

/** A container that declares these ports. */
export function ports(...texts: string[]): string {
  return `{containers: [{name: main, image: main, ports: [${texts.join(', ')}]}]}`
}

export function policy(namespace: string, name: string, spec: string): string {
  return `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}, namespace: ${namespace}}
spec:
${spec.replace(/^\n/, '').replaceAll(/^/gm, '  ')}
`
}

export function proofOf(documents: readonly string[], profile: ProfileName = 'spec'): Proof {
  const { snapshot, diagnostics } = parse([{ name: 'in.yaml', text: documents.join('\n---\n') }])
  const inForce = policiesInForce(snapshot)
  const errors = [...diagnostics, ...inForce.diagnostics].filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(JSON.stringify(errors.map(({ message }) => message)))
  return prove(inForce.snapshot, inForce.snapshot.moats[0] as Moat, PROFILES[profile])
}

export function verdicts(proof: Proof): Record<string, string> {
  return Object.fromEntries(proof.claims.map(({ id, verdict }) => [id, verdict]))
}

export function notProven(proof: Proof): ProofClaim[] {
  return proof.claims.filter(({ verdict }) => verdict !== 'PROVEN')
}

export function claim(proof: Proof, id: string): ProofClaim {
  const found = proof.claims.find((one) => one.id === id)
  if (!found) throw new Error(`no claim ${id} among ${proof.claims.map((one) => one.id).join(', ')}`)
  return found
}
