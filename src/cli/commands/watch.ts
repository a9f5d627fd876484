// `moat watch --once`: what of a Moat does not hold in a live cluster.
import { Command, Option } from 'commander'
import { clusterExits, withCluster } from '../cluster-options.ts'
import { withInput } from '../load.ts'
import { outputOption } from '../output-format.ts'
import type { WatchOptions } from '../watch/options.ts'

export function watchCommand(): Command {
  return withCluster(withInput(new Command('watch')))
    .description('compare a live cluster with the Moats, and tell what has drifted')
    .argument('[path...]', 'files or folders with the Moats')
    .addOption(outputOption(['text', 'json']))
    .addOption(new Option('--once', 'look once and end').makeOptionMandatory())
    .option('--live <path>', 'compare with a dump of the cluster (kubectl get -o yaml) in place of the cluster')
    .addHelpText(
      'after',
      '\nExits with 0 when the cluster holds what the Moats say, with 1 when something has drifted.',
    )
    .action(
      clusterExits(async (paths: readonly string[], options: WatchOptions) => {
        const { watchAction } = await import('../watch/watch.ts')
        return watchAction(paths, options)
      }),
    )
}
