// Where the test cluster keeps what is costly to get (programs, once per user) and what one cluster needs while it runs.
import { homedir, tmpdir, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** Programs and packages, shared by all checkouts of a user; safe to remove while nothing runs. */
export function cacheFolder(): string {
  const xdg = process.env['XDG_CACHE_HOME'] ?? ''
  return join(isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'modelmoat', 'cluster')
}

/** One folder per cluster: its keys, its data, its logs, the processes that it started. */
export function stateRoot(): string {
  return join(tmpdir(), `moat-cluster-${userInfo().uid}`)
}
