// `moat assert`: whether the policies do what somebody wrote down that they should, on the pods of the input.
import { Command, Option } from 'commander'
import type { AssertOptions } from '../assert/options.ts'
import { exits } from '../exit-code.ts'
import { withInput } from '../load.ts'
import { outputOption } from '../output-format.ts'

export function assertCommand(): Command {
  return withInput(new Command('assert'))
    .description('check assertions about connections, on the pods of the input')
    .argument(
      '[assertions...]',
      'files of assertions, netassert ones too; or folders that have them beside the manifests',
    )
    .addOption(outputOption(['text', 'json', 'junit', 'tap', 'github', 'sarif']))
    .addOption(
      new Option('--profile <name>', 'how to read what Kubernetes leaves open')
        .choices(['spec', 'conformance', 'calico', 'cilium'])
        .default('spec'),
    )
    .addHelpText(
      'after',
      '\n-f names the manifests; without it they are those of this folder. Exits with 0 when every assertion passes, with 1 when one fails.',
    )
    .action(
      exits(async (paths: readonly string[], options: AssertOptions) => {
        const { assertAction } = await import('../assert/assert.ts')
        return assertAction(paths, options)
      }),
    )
}
