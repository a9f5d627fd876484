// What every command that speaks to a cluster takes, and what becomes of its errors.
import { type Command, Option } from 'commander'
import type { KubeApi } from '../cluster/api/kube-api.ts'
import { KubeError } from '../cluster/api/kube-error.ts'
import { ENVIRONMENT, type ExitCode, exits, UNUSABLE } from './exit-code.ts'
import { namespaceName } from './option-values.ts'
import { printDiagnostics } from './output.ts'

/** The options that say which cluster is meant, as commander hands them over. */
export interface ClusterOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace?: string
}

/** Gives a command `--kubeconfig`, `--context` and, where it has none yet, `-n`. */
export function withCluster(command: Command): Command {
  command
    .option('--kubeconfig <path>', 'kubeconfig file (without it: $KUBECONFIG, then ~/.kube/config)')
    .option('--context <name>', 'context of the kubeconfig (without it: its current one)')
  if (command.options.some(({ long }) => long === '--namespace')) return command
  return command.addOption(
    new Option('-n, --namespace <name>', "namespace in the cluster (without it: the context's)").argParser(
      namespaceName,
    ),
  )
}

/** Connects as the options say, runs the body, and ends all streams however it ends. */
export async function onCluster<T>(options: ClusterOptions, body: (api: KubeApi) => T | Promise<T>): Promise<T> {
  const { kubeconfig, context, namespace } = options
  const { connect } = await import('../cluster/api/connect.ts')
  const api = await connect({
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    ...(namespace !== undefined && { namespace }),
  })
  try {
    return await body(api)
  } finally {
    api.close()
  }
}

/** Codes of what the user can set right on the command line or in the input; all others lie with the cluster. */
const INPUT_CODES: ReadonlySet<string> = new Set([
  'context-unknown',
  'kubeconfig-invalid',
  'kubeconfig-missing',
  'namespace-not-found',
  'object-refused',
])

/** Like `exits`: an error of the cluster is printed as its diagnostic and becomes the exit code. */
export function clusterExits<Arguments extends unknown[]>(
  body: (...args: Arguments) => ExitCode | Promise<ExitCode>,
): (...args: Arguments) => Promise<void> {
  return exits(async (...args: Arguments) => {
    try {
      return await body(...args)
    } catch (error) {
      if (!(error instanceof KubeError)) throw error
      printDiagnostics([error.diagnostic])
      return INPUT_CODES.has(error.diagnostic.code) ? UNUSABLE : ENVIRONMENT
    }
  })
}
