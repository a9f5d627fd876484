// The probe program: how `agnhost connect` is called for a cell, and what its answer says.
import type { ExecResult } from '../api/kube-api.ts'
import type { AttemptEnd, Cell } from './cell.ts'

/** Public, built by Kubernetes for its own tests: no shell needed, one program that connects and one that answers. */
export const PROBE_IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0'

/** Where that image has its program. */
export const PROBE_PROGRAM = '/agnhost'

/** `10.0.0.1:80` or `[fd00::1]:80`. */
function dialled(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** `timeout` in milliseconds: how long the program waits for an answer. */
export function connectCommand(
  { to, protocol, port }: Pick<Cell, 'to' | 'protocol' | 'port'>,
  timeout: number,
): string[] {
  const words = [PROBE_PROGRAM, 'connect', dialled(to.address, port), `--timeout=${timeout}ms`]
  return [...words, `--protocol=${protocol.toLowerCase()}`]
}

/** Words that the program begins its complaint with. */
const ENDS: Readonly<Record<string, AttemptEnd>> = { TIMEOUT: 'silent', REFUSED: 'refused' }

export interface Attempted {
  readonly end: AttemptEnd
  readonly detail?: string
}

/** Whatever is not one of the words that mean something for policies is a failed probe, never a denial. */
export function readAttempt({ exitCode, stdout, stderr }: ExecResult): Attempted {
  if (exitCode === 0) return { end: 'reached' }
  const said = (stderr.trim() || stdout.trim()).split('\n').at(-1)?.trim() ?? ''
  const word = /^[A-Z]+/.exec(said)?.[0] ?? ''
  // An enforcer may reject with "host prohibited", which arrives as an unreachable host.
  const end = said.includes('no route to host') ? 'refused' : (ENDS[word] ?? 'failed')
  return { end, detail: said === '' ? `exit code ${exitCode}` : said }
}
