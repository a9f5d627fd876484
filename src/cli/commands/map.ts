// `moat map`: who can reach what.
import { Command, Option } from 'commander'
import { exits } from '../exit-code.ts'
import { withInput } from '../load.ts'
import type { MapOptions } from '../map/map.ts'
import { outputOption } from '../output-format.ts'

export function mapCommand(): Command {
  return withInput(new Command('map'))
    .description('show who can reach what')
    .argument('[path...]', 'files or folders to read')
    .addOption(outputOption(['text', 'json']))
    .addOption(
      new Option('--profile <name>', 'how to read what Kubernetes leaves open')
        .choices(['spec', 'conformance', 'calico', 'cilium'])
        .default('spec'),
    )
    .action(
      exits(async (paths: readonly string[], options: MapOptions) => {
        const { map } = await import('../map/map.ts')
        return map(paths, options)
      }),
    )
}
