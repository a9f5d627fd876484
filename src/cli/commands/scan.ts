// `moat scan`: the model servers of a cluster or of files, who can reach each, where it can go, and a score with its reasons.
import { Command, Option } from 'commander'
import { clusterExits, withCluster } from '../cluster-options.ts'
import { withInput } from '../load.ts'
import { repeated, wholeNumber } from '../option-values.ts'
import { outputOption } from '../output-format.ts'
import type { ScanOptions } from '../scan/options.ts'

export function scanCommand(): Command {
  return withCluster(withInput(new Command('scan')))
    .description('find the model servers of a cluster: who can reach each, where it can go, and a score')
    .argument('[path...]', 'files or folders to read in place of a cluster')
    .addOption(repeated('--in <namespace>', 'only servers of this namespace; may be given more than once', 'all'))
    .option('--min-score <points>', 'exit with 1 when a server has fewer points', wholeNumber(0, 100), 0)
    .addOption(
      new Option('--profile <name>', 'how to read what Kubernetes leaves open')
        .choices(['spec', 'conformance', 'calico', 'cilium'])
        .default('spec'),
    )
    .addOption(outputOption(['text', 'json', 'markdown']))
    .addHelpText('after', '\nWithout a path it reads the cluster, and writes nothing to it.')
    .action(
      clusterExits(async (paths: readonly string[], options: ScanOptions) => {
        const { scanAction } = await import('../scan/scan.ts')
        return scanAction(paths, options)
      }),
    )
}
