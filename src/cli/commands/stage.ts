// `moat stage`: the policies in a staging namespace of a real cluster, probed from real pods, before anything goes live.
import { Command, InvalidArgumentError, Option } from 'commander'
import { clusterExits, withCluster } from '../cluster-options.ts'
import { withInput } from '../load.ts'
import { outputOption } from '../output-format.ts'
import type { StageCommandOptions } from '../stage/options.ts'

function whole(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > 100_000) {
    throw new InvalidArgumentError('It must be a whole number from 1 to 100000.')
  }
  return value
}

/** Short enough that the names of the other namespaces still fit behind it. */
function namespaceName(text: string): string {
  if (/^[a-z0-9](?:[-a-z0-9]{0,38}[a-z0-9])?$/.test(text)) return text
  throw new InvalidArgumentError('It must be a name of at most 40 lower-case letters, digits and `-`.')
}

export function stageCommand(): Command {
  return withCluster(withInput(new Command('stage')))
    .description('try the policies in a staging namespace of a cluster: probed from real pods, then removed')
    .argument('[path...]', 'files or folders to read')
    .addOption(
      new Option('--staging-namespace <name>', 'first namespace to make')
        .argParser(namespaceName)
        .default('moat-stage'),
    )
    .option('--from-cluster', 'stage what runs in the cluster, with the files on top of it', false)
    .option(
      '--probe-image <image>',
      'image with the program /agnhost that probes (without it: the one Kubernetes publishes)',
    )
    .addOption(
      new Option(
        '--outside <address:port>',
        'TCP address outside the cluster that answers; may be given more than once',
      )
        .argParser((value: string, before: readonly string[]) => [...before, value])
        .default([], 'none'),
    )
    .option('--patience <seconds>', 'how long policies may take to be in force', whole, 30)
    .option('--max-cells <n>', 'probe at most so many connections between pods', whole, 400)
    .option('--max-pods <n>', 'start at most so many stand-ins', whole, 20)
    .option('--no-canary', 'leave the canary out')
    .option('--clean', 'remove what a killed run left behind, and do nothing else', false)
    .addOption(outputOption(['text', 'json', 'junit']))
    .addHelpText(
      'after',
      '\nExits with 0 when every cell is enforced, with 1 when one is not, with 3 when the cluster leaves it open.',
    )
    .action(
      clusterExits(async (paths: readonly string[], options: StageCommandOptions) => {
        const { stageAction } = await import('../stage/stage.ts')
        return stageAction(paths, options)
      }),
    )
}
