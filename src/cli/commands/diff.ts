// `moat diff`: which connections opened and closed between two inputs, and on which line.
import { Command, Option } from 'commander'
import type { DiffOptions } from '../diff/options.ts'
import { DIFF_FORMATS, FAIL_ON } from '../diff/options.ts'
import { exits } from '../exit-code.ts'
import { withReading } from '../load.ts'
import { outputOption } from '../output-format.ts'

const EXAMPLES = `
BEFORE and AFTER: a file, a folder, REV:PATH of git, or - for stdin

  moat diff main:k8s k8s
  moat diff before.yaml after.yaml -o markdown
  kubectl get ns,pods,deploy,svc,netpol -A -o yaml | moat diff - k8s`

export function diffCommand(): Command {
  return withReading(new Command('diff'))
    .description('show which connections opened and closed between two inputs, and on which line')
    .argument('<before>', 'file, folder, REV:PATH or - for stdin')
    .argument('<after>', 'likewise')
    .addOption(outputOption(DIFF_FORMATS))
    .addOption(
      new Option('--fail-on <kind>', 'exit with 1 when connections did this').choices(FAIL_ON).default('opened'),
    )
    .addOption(
      new Option('--profile <name>', 'how to read what Kubernetes leaves open')
        .choices(['spec', 'conformance', 'calico', 'cilium'])
        .default('spec'),
    )
    .addHelpText('after', EXAMPLES)
    .action(
      exits(async (before: string, after: string, options: DiffOptions) => {
        const { diffAction } = await import('../diff/diff.ts')
        return diffAction(before, after, options)
      }),
    )
}
