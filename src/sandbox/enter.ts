// The way into the sandbox's own namespaces: the program runs itself again inside `unshare`.
import type { Diagnostic } from '../diag/diagnostic.ts'

/** Who owns the namespaces: the machine's root, or an ordinary user through a user namespace. */
export type SandboxMode = 'root' | 'user-namespace'

/** What the program knows when it runs inside. */
export interface Inside {
  readonly mode: SandboxMode
  /** Called once when the user wants an end (SIGINT, SIGTERM or SIGHUP outside); a second signal kills everything. */
  onStop(listener: (signal: NodeJS.Signals) => void): void
}

/** The program as a whole ran inside and ended with `exitCode`, or the namespaces could not be made. */
export type Entered =
  | { readonly kind: 'ended'; readonly exitCode: number }
  | { readonly kind: 'impossible'; readonly diagnostics: readonly Diagnostic[] }

export interface EnterOptions {
  /** Script and arguments to run inside; this process's own when absent. */
  readonly argv?: readonly string[]
}

/** Set when this process runs inside; `undefined` outside. */
export function inside(): Inside | undefined {
  return undefined
}

/**
 * Runs this program again inside new namespaces with the same stdin, stdout and stderr, and waits for its end.
 * Everything inside dies with this process, however it dies.
 */
export async function enter(_options: EnterOptions = {}): Promise<Entered> {
  return await Promise.reject(new Error('not built yet'))
}
