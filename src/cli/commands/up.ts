// `moat up`: a mini-cluster on this machine, open first, then behind its moat; probed both times.
import { Command } from 'commander'
import { exits } from '../exit-code.ts'
import { inputPaths, withInput } from '../load.ts'
import { wholeNumber } from '../option-values.ts'
import { outputOption } from '../output-format.ts'
import type { UpOptions } from '../up/options.ts'

export function upCommand(): Command {
  return withInput(new Command('up'))
    .description('show a moat take hold: real pods, a real model and a real kernel on this machine, without Kubernetes')
    .argument('[path...]', 'files or folders to read')
    .option('--once', 'stop after the measurements, without the live view', false)
    .option('--simulate', 'predict only: nothing is made, no kernel enforces anything', false)
    .option('--model <file>', 'a GGUF file to serve instead of the one that set-up chose; `bundled` is the small one')
    .option(
      '--max-cells <n>',
      'probe at most so many cells of the truth table in each phase',
      wholeNumber(1, 1_000_000),
      5000,
    )
    .addOption(outputOption(['text', 'json']))
    .action(
      exits(async (paths: readonly string[], options: UpOptions) => {
        const { up } = await import('../up/up.ts')
        return up(inputPaths(paths, options), options)
      }),
    )
}
