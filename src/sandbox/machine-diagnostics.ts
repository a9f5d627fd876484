// Why a machine cannot run the sandbox, and what to do about it: from the words of its tools to a diagnostic.
import type { Diagnostic } from '../diag/diagnostic.ts'

/** Settings of the machine that explain a refusal; absent where the file is not there. */
export interface MachineFacts {
  /** kernel.apparmor_restrict_unprivileged_userns */
  readonly appArmor?: string
  /** kernel.unprivileged_userns_clone */
  readonly usernsClone?: string
  /** user.max_user_namespaces */
  readonly maxUserNamespaces?: string
  /** user.max_net_namespaces */
  readonly maxNetNamespaces?: string
  readonly container: boolean
  readonly root: boolean
}

/** The packages of Debian and Ubuntu that hold each tool. */
const PACKAGES: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  nft: 'nftables',
  python3: 'python3',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  mount: 'mount',
}

export const TOOLS: readonly string[] = Object.keys(PACKAGES)

export function platformDiagnostic(platform: string): Diagnostic {
  return {
    severity: 'error',
    code: 'sandbox-platform',
    message: `the sandbox needs the Linux kernel, this is \`${platform}\``,
    help: 'run it in a Linux virtual machine or WSL 2, or use `--simulate` for the prediction alone',
  }
}

export function toolDiagnostic(tool: string): Diagnostic {
  return {
    severity: 'error',
    code: 'sandbox-tool-missing',
    message: `\`${tool}\` is not installed`,
    help: `install it: apt-get install ${PACKAGES[tool] ?? tool}`,
  }
}

/** What to do about namespaces that the machine refuses. */
function namespaceHelp(words: string, facts: MachineFacts): string {
  if (/No space left on device/.test(words) || facts.maxUserNamespaces === '0' || facts.maxNetNamespaces === '0') {
    return 'raise the limits: sysctl user.max_user_namespaces=10000 user.max_net_namespaces=10000'
  }
  if (facts.container) return 'start the container with the rights to make namespaces, or run outside it'
  if (facts.root) return 'run where root may make namespaces (CAP_SYS_ADMIN)'
  if (facts.usernsClone === '0') return 'allow them: sysctl kernel.unprivileged_userns_clone=1, or run as root'
  if (facts.appArmor === '1' || /uid_map/.test(words)) {
    return 'run as root (sudo), or allow them: sysctl kernel.apparmor_restrict_unprivileged_userns=0'
  }
  return 'run as root (sudo)'
}

/** `unshare` failed with these words. */
export function namespaceDiagnostic(words: string, facts: MachineFacts): Diagnostic {
  const who = facts.root ? 'root' : 'an ordinary user'
  return {
    severity: 'error',
    code: 'sandbox-namespaces',
    message: `this machine lets ${who} make no namespaces: ${words.trim().split('\n')[0] ?? ''}`,
    help: namespaceHelp(words, facts),
  }
}

const TRIED: Readonly<Record<string, { readonly code: string; readonly what: string; readonly help: string }>> = {
  tmpfs: { code: 'sandbox-mount', what: 'mount a tmpfs', help: 'allow mounts inside user namespaces' },
  netns: { code: 'sandbox-network', what: 'make a network namespace', help: 'install a complete `iproute2`' },
  links: { code: 'sandbox-network', what: 'make a veth link', help: 'load the kernel module: modprobe veth' },
  forwarding: { code: 'sandbox-network', what: 'turn on forwarding', help: 'make /proc/sys/net writable' },
  ipv6: { code: 'sandbox-ipv6', what: 'use IPv6', help: 'boot without `ipv6.disable=1`' },
  nftables: {
    code: 'sandbox-nftables',
    what: 'load an nftables ruleset',
    help: 'load the kernel modules: modprobe -a nf_tables nft_ct nft_log nft_nat nf_log_syslog nfnetlink_log',
  },
  'kernel log': {
    code: 'sandbox-kernel-log',
    what: "read the kernel's log of packets",
    help: 'load the kernel module: modprobe nfnetlink_log, and use Python 3.8 or newer',
  },
}

/** One thing that was tried inside namespaces failed with these words. */
export function triedDiagnostic(name: string, words: string): Diagnostic {
  const tried = TRIED[name]
  return {
    severity: 'error',
    code: tried?.code ?? 'sandbox-mount',
    message: `the sandbox cannot ${tried?.what ?? name}: ${words}`,
    ...(tried && { help: tried.help }),
  }
}
