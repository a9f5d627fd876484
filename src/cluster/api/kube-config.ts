// Kubeconfig files as kubectl reads them, and who we are to the server. The one file that uses the client library.
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { KubeConfig, User } from '@kubernetes/client-node'
import { nearest } from '../../diag/suggest.ts'
import { KubeError } from './kube-error.ts'

/** Which cluster is meant, as kubectl users say it. */
export interface ClusterChoice {
  /** Path of one file; without it `$KUBECONFIG` (several, first wins), then `~/.kube/config`, then the pod's own account. */
  readonly kubeconfig?: string
  readonly context?: string
}

/** One context of a kubeconfig, ready to be asked for credentials. */
export interface Access {
  readonly config: KubeConfig
  readonly server: string
  /** Absent inside a cluster. */
  readonly context?: string
  readonly namespace: string
}

const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token'

type Library = typeof import('@kubernetes/client-node')

/** Half a second of CPU: only loaded when a cluster is really asked. */
export function loadLibrary(): Promise<Library> {
  return import('@kubernetes/client-node')
}

export async function loadAccess({ kubeconfig, context }: ClusterChoice): Promise<Access> {
  const files = configFiles(kubeconfig)
  const library = await loadLibrary()
  if (files.length === 0) {
    if (process.env['KUBERNETES_SERVICE_HOST'] === undefined || !existsSync(SERVICE_ACCOUNT_TOKEN)) throw noConfig()
    const config = new library.KubeConfig()
    config.loadFromCluster()
    return accessOf(config, undefined)
  }
  return accessOf(merged(library, files), context, files)
}

function noConfig(): KubeError {
  return new KubeError({
    severity: 'error',
    code: 'kubeconfig-missing',
    message: 'no kubeconfig: neither --kubeconfig nor $KUBECONFIG is given, and there is no ~/.kube/config',
    help: 'give the file of your cluster with --kubeconfig, or try a moat without any cluster: moat up',
  })
}

/** The files that there are. Missing ones of a list are skipped, as kubectl does, unless all are missing. */
function configFiles(named: string | undefined): readonly string[] {
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return [named]
    throw new KubeError({
      severity: 'error',
      code: 'kubeconfig-missing',
      message: `there is no kubeconfig \`${named}\``,
      help: 'check the path given with --kubeconfig',
    })
  }
  const listed = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '')
  if (listed.length === 0) {
    const usual = join(process.env['HOME'] ?? homedir(), '.kube', 'config')
    return existsSync(usual) ? [usual] : []
  }
  const present = listed.filter((file) => existsSync(file))
  if (present.length > 0) return present
  throw new KubeError({
    severity: 'error',
    code: 'kubeconfig-missing',
    message: `$KUBECONFIG names no file that exists: \`${listed.join(delimiter)}\``,
    help: 'correct the variable KUBECONFIG, or give --kubeconfig',
  })
}

/** For each name the first file that has it wins, and so does the first current context. */
function merged({ KubeConfig }: Library, files: readonly string[]): KubeConfig {
  const all = new KubeConfig()
  for (const file of files) {
    const one = new KubeConfig()
    try {
      one.loadFromFile(file)
    } catch (cause) {
      throw new KubeError(
        {
          severity: 'error',
          code: 'kubeconfig-invalid',
          message: `the kubeconfig \`${file}\` cannot be read: ${firstLine(cause)}`,
          help: 'see what kubectl says of it: kubectl config view',
        },
        { cause },
      )
    }
    all.clusters = firstOfEach([...all.clusters, ...one.clusters])
    all.users = firstOfEach([...all.users, ...one.users])
    all.contexts = firstOfEach([...all.contexts, ...one.contexts])
    if (!all.currentContext && one.currentContext) all.setCurrentContext(one.currentContext)
  }
  return all
}

function firstOfEach<T extends { readonly name: string }>(all: readonly T[]): T[] {
  const seen = new Map<string, T>()
  for (const one of all) if (!seen.has(one.name)) seen.set(one.name, one)
  return [...seen.values()]
}

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? ''
}

function accessOf(config: KubeConfig, wanted: string | undefined, files: readonly string[] = []): Access {
  const known = config.getContexts().map(({ name }) => name)
  const name = wanted ?? config.getCurrentContext()
  if (!name) {
    throw new KubeError({
      severity: 'error',
      code: 'context-unknown',
      message: `${files.map((file) => `\`${file}\``).join(', ')} has no current context`,
      help: known.length === 0 ? 'choose another file with --kubeconfig' : `choose one with --context: ${list(known)}`,
    })
  }
  const context = config.getContextObject(name)
  if (!context) {
    const near = nearest(name, known)
    throw new KubeError({
      severity: 'error',
      code: 'context-unknown',
      message: `the kubeconfig has no context \`${name}\``,
      help: near === undefined ? `there are ${list(known)}` : `did you mean \`${near}\`?`,
    })
  }
  config.setCurrentContext(name)
  const cluster = config.getCurrentCluster()
  if (!cluster || (context.user !== '' && !config.getCurrentUser())) {
    throw new KubeError({
      severity: 'error',
      code: 'kubeconfig-invalid',
      message: cluster
        ? `the context \`${name}\` names a user \`${context.user}\` that the kubeconfig does not have`
        : `the context \`${name}\` names a cluster \`${context.cluster}\` that the kubeconfig does not have`,
      help: 'see what kubectl says of it: kubectl config view',
    })
  }
  // The library refuses plain http unless told that nothing is to be verified; there is nothing to verify.
  const plain = cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster
  config.clusters = config.clusters.map((one) => (one === cluster ? plain : one))
  config.users = config.users.map((user) => tellPlugin(user, cluster))
  return {
    config,
    server: cluster.server,
    namespace: context.namespace ?? 'default',
    ...(files.length > 0 && { context: name }),
  }
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `\`${name}\``).join(', ')
}

interface ExecPlugin {
  readonly apiVersion?: string
  readonly command?: string
  readonly env?: readonly { readonly name: string; readonly value: string }[]
  readonly provideClusterInfo?: boolean
}

/** Exec plugins learn from `KUBERNETES_EXEC_INFO` what is asked of them; the library leaves it out. */
function tellPlugin(user: User, cluster: { readonly server: string; readonly caData?: string }): User {
  const plugin = user.exec as ExecPlugin | undefined
  if (!plugin) return user
  const info = {
    apiVersion: plugin.apiVersion ?? 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(plugin.provideClusterInfo === true && {
        cluster: { server: cluster.server, 'certificate-authority-data': cluster.caData },
      }),
    },
  }
  const env = [...(plugin.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }]
  return { ...user, exec: { ...plugin, env } }
}
