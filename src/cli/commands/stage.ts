// `moat stage`: the policies in a staging namespace of a real cluster, probed from real pods, before anything goes live.
import { Command, InvalidArgumentError, Option } from 'commander'
import { clusterExits, withCluster } from '../cluster-options.ts'
import { withInput } from '../load.ts'
import { isDnsLabel } from '../../parse/names.ts'
import { repeated, wholeNumber } from '../option-values.ts'
import { outputOption } from '../output-format.ts'
import type { StageCommandOptions } from '../stage/options.ts'

const count = wholeNumber(1, 100_000)

/** Short enough that the names of the other namespaces still fit behind it. */
function stagingName(text: string): string {
  if (text.length <= 40 && isDnsLabel(text)) return text
  throw new InvalidArgumentError('It must be a name of at most 40 lower-case letters, digits and `-`.')
}

export function stageCommand(): Command {
  return withCluster(withInput(new Command('stage')))
    .description('try the policies in a staging namespace of a cluster: probed from real pods, then removed')
    .argument('[path...]', 'files or folders to read')
    .addOption(
      new Option('--staging-namespace <name>', 'first namespace to make').argParser(stagingName).default('moat-stage'),
    )
    .option('--from-cluster', 'stage what runs in the cluster, with the files on top of it', false)
    .option(
      '--probe-image <image>',
      'image with the program /agnhost that probes (without it: the one Kubernetes publishes)',
    )
    .addOption(
      repeated('--outside <address:port>', 'TCP address outside the cluster that answers; may be given more than once'),
    )
    .option('--patience <seconds>', 'how long policies may take to be in force', count, 30)
    .option('--max-cells <n>', 'probe at most so many connections between pods', count, 400)
    .option('--max-pods <n>', 'start at most so many stand-ins', count, 20)
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
