// How the kernel is asked for the sandbox's own namespaces.

/** Who owns the namespaces: the machine's root, or an ordinary user through a user namespace. */
export type SandboxMode = 'root' | 'user-namespace'

/** Flags of `unshare` for each mode. `-r` instead of `--map-current-user` would make tools believe they are root. */
export const UNSHARE: Readonly<Record<SandboxMode, readonly string[]>> = {
  root: ['-nmpf', '--kill-child', '--mount-proc'],
  'user-namespace': ['-Unmpf', '--map-current-user', '--keep-caps', '--kill-child', '--mount-proc'],
}

/** PATH with the folders of administrators' tools, which ordinary users often lack. */
export function toolPath(): string {
  return `${process.env['PATH'] ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`
}
