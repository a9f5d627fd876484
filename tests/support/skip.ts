// Loud skips: a test that needs what a machine lacks says what, and the closing summary counts it.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** The tool's name when it is missing, else `undefined`: `it.skipIf(missing('nft'))('… [needs nft]')`. */
export function missing(tool: string): string | undefined {
  const paths = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin']
  return paths.some((dir) => existsSync(`${dir}/${tool}`)) ? undefined : tool
}

/** Why this machine cannot make network namespaces with nftables inside, or `undefined` when it can. */
export function noSandbox(): string | undefined {
  const lacking = ['unshare', 'nsenter', 'ip', 'nft', 'python3'].flatMap((tool) => missing(tool) ?? [])
  if (lacking.length > 0) return `missing ${lacking.join(', ')}`
  const tried = spawnSync('unshare', ['-Unmpf', '--map-current-user', '--keep-caps', 'true'], { encoding: 'utf8' })
  return tried.status === 0 ? undefined : `unshare: ${tried.stderr.trim()}`
}
