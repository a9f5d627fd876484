// `moat map`: who can reach what.
import { Command, Option } from 'commander'
import { exits } from '../exit-code.ts'
import { withInput } from '../load.ts'
import { MAP_FORMATS, type MapOptions } from '../map/options.ts'
import { repeated } from '../option-values.ts'
import { outputOption } from '../output-format.ts'

function list(flags: string, description: string): Option {
  return repeated(flags, description, 'all')
}

export function mapCommand(): Command {
  return withInput(new Command('map'))
    .description('show who can reach what')
    .argument('[path...]', 'files or folders to read')
    .addOption(outputOption(MAP_FORMATS))
    .addOption(new Option('--view <view>', 'form of the text').choices(['list', 'matrix']).default('list'))
    .addOption(list('--in <namespace>', 'only what begins or ends in this namespace'))
    .addOption(list('--workload <name>', 'only what begins or ends at this workload or pod: NAME or NAMESPACE/NAME'))
    .addOption(
      list('--from <who>', 'only what begins here: NAMESPACE/NAME, NAMESPACE/*, an address, a block, `outside`'),
    )
    .addOption(list('--to <who>', 'only what ends here'))
    .addOption(list('--port <port>', 'only these ports of pods: 8080, 8000-8100/TCP, */UDP'))
    .addOption(
      new Option(
        '--direction <direction>',
        'with --in and --workload: only what they let in, or only what they reach',
      ).choices(['ingress', 'egress']),
    )
    .option('--exposure', 'also show which pods that could exist the policies leave open', false)
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
