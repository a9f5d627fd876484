// `moat scan`: the model servers of a cluster or of files, who can reach each, where it can go, and a score with its reasons.
import { Command, InvalidArgumentError, Option } from 'commander'
import { clusterExits, withCluster } from '../cluster-options.ts'
import { withInput } from '../load.ts'
import { outputOption } from '../output-format.ts'
import type { ScanOptions } from '../scan/options.ts'

function points(text: string): number {
  const value = Number(text)
  if (/^\d{1,3}$/.test(text) && value <= 100) return value
  throw new InvalidArgumentError('It must be a whole number from 0 to 100.')
}

export function scanCommand(): Command {
  return withCluster(withInput(new Command('scan')))
    .description('find the model servers of a cluster: who can reach each, where it can go, and a score')
    .argument('[path...]', 'files or folders to read in place of a cluster')
    .addOption(
      new Option('--in <namespace>', 'only servers of this namespace; may be given more than once')
        .argParser((value: string, before: readonly string[]) => [...before, value])
        .default([], 'all'),
    )
    .option('--min-score <points>', 'exit with 1 when a server has fewer points', points, 0)
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
