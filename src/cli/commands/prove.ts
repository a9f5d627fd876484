// `moat prove`: what each Moat promises and each assertion states, over all pods that could exist.
import { Command, Option } from 'commander'
import { exits } from '../exit-code.ts'
import { withInput } from '../load.ts'
import { outputOption } from '../output-format.ts'
import type { ProveOptions } from '../prove/options.ts'

export function proveCommand(): Command {
  return withInput(new Command('prove'))
    .description('prove what each Moat and each assertion says, over all pods that could exist')
    .argument('[path...]', 'files or folders to read')
    .addOption(outputOption(['text', 'json']))
    .addOption(
      new Option('--profile <name>', 'how to read what Kubernetes leaves open')
        .choices(['spec', 'conformance', 'calico', 'cilium'])
        .default('spec'),
    )
    .option('--accept-out-of-scope', 'exit with 0 although some claims cannot be decided', false)
    .addHelpText('after', '\nExits with 0 when every claim is proven, with 1 when one is refuted or out of scope.')
    .action(
      exits(async (paths: readonly string[], options: ProveOptions) => {
        const { proveAction } = await import('../prove/prove.ts')
        return proveAction(paths, options)
      }),
    )
}
