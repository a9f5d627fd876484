// Programs from Debian packages, unpacked into the cache: nothing is installed, so no service of the host starts.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './cache.ts'
import { Unavailable } from './unavailable.ts'

const UNPACKED = ['containerd', 'runc', 'containernetworking-plugins', 'busybox-static'] as const
/** Tools without a service of their own, taken from the machine, installed there by root when missing. */
const TOOLS: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  nsenter: 'util-linux',
  iptables: 'iptables',
  ipset: 'ipset',
  conntrack: 'conntrack',
  mount: 'mount',
}

export interface NodePrograms {
  /** Holds containerd, its shim, ctr and runc. */
  readonly path: string
  readonly cniFolder: string
  readonly busybox: string
  /** The version of busybox's package. */
  readonly busyboxVersion: string
}

function run(command: string, args: readonly string[], cwd?: string): string | undefined {
  const { status, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 600_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    ...(cwd === undefined ? {} : { cwd }),
  })
  return status === 0 ? stdout : undefined
}

function unpack(folder: string, say: (line: string) => void): void {
  say(`Debian packages: ${UNPACKED.join(', ')} (once)`)
  mkdirSync(cacheFolder(), { recursive: true })
  const part = mkdtempSync(join(cacheFolder(), 'debian-part-'))
  try {
    const fetched =
      run('apt-get', ['download', ...UNPACKED], part) ??
      (run('apt-get', ['update', '-q']) === undefined ? undefined : run('apt-get', ['download', ...UNPACKED], part))
    if (fetched === undefined) throw new Unavailable(`apt-get cannot download ${UNPACKED.join(', ')}`)
    for (const file of readdirSync(part).filter((name) => name.endsWith('.deb'))) {
      if (run('dpkg', ['-x', join(part, file), join(part, 'root')]) === undefined)
        throw new Unavailable(`dpkg cannot unpack ${file}`)
      if (file.startsWith('busybox')) renameSync(join(part, file), join(part, 'root', 'busybox.deb'))
    }
    if (!existsSync(folder)) renameSync(join(part, 'root'), folder)
  } finally {
    rmSync(part, { recursive: true, force: true })
  }
}

function missingTools(): string[] {
  const paths = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin']
  return Object.keys(TOOLS).filter((tool) => !paths.some((folder) => existsSync(join(folder, tool))))
}

/** Why nodes cannot run here, or `undefined`; nothing is fetched to find out. */
export function noNodes(): string | undefined {
  if (process.platform !== 'linux') return 'nodes need Linux'
  if (process.getuid?.() !== 0) return 'nodes need root'
  if (!existsSync('/sys/fs/cgroup')) return 'nodes need cgroups'
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']
  if (run('unshare', [...namespaces, 'true']) === undefined)
    return 'nodes need namespaces, and unshare cannot make them'
  return run('apt-get', ['--version']) === undefined
    ? 'the packages of nodes come by apt-get, which is missing'
    : undefined
}

export function nodePrograms(say: (line: string) => void): NodePrograms {
  const reason = noNodes()
  if (reason !== undefined) throw new Unavailable(reason)
  const root = join(cacheFolder(), 'debian')
  if (!existsSync(root)) unpack(root, say)
  const packages = missingTools().map((tool) => TOOLS[tool] as string)
  if (packages.length > 0) {
    say(`system packages: ${packages.join(', ')} (once)`)
    const install = ['install', '-y', '-q', '--no-install-recommends', ...packages]
    if (run('apt-get', install) === undefined) {
      run('apt-get', ['update', '-q'])
      run('apt-get', install)
    }
    if (missingTools().length > 0) throw new Unavailable(`apt-get cannot install ${packages.join(', ')}`)
  }
  const version = run('dpkg-deb', ['-f', join(root, 'busybox.deb'), 'Version'])?.trim()
  if (version === undefined) throw new Unavailable('the package of busybox cannot be read')
  return {
    path: [join(root, 'usr/bin'), join(root, 'usr/sbin')].join(':'),
    cniFolder: join(root, 'usr/lib/cni'),
    busybox: join(root, existsSync(join(root, 'bin/busybox')) ? 'bin/busybox' : 'usr/bin/busybox'),
    busyboxVersion: version,
  }
}
