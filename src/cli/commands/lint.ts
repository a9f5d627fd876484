// `moat lint`: what is wrong with policies although they are valid, and how to put it right.
import { Command, Option } from 'commander'
import { exits } from '../exit-code.ts'
import { withInput } from '../load.ts'
import { outputOption } from '../output-format.ts'
import type { LintCommandOptions } from '../lint/options.ts'

function several(text: string, before: readonly string[]): readonly string[] {
  return [...before, ...text.split(',')]
}

export function lintCommand(): Command {
  return withInput(new Command('lint'))
    .description('find what is wrong with policies although they are valid, and put it right')
    .argument('[path...]', 'files or folders to read')
    .addOption(outputOption(['text', 'json', 'sarif', 'github', 'junit', 'markdown']))
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 on findings of at least this severity')
        .choices(['error', 'warning', 'note'])
        .default('warning'),
    )
    .addOption(new Option('--rule <id>', 'ask these rules only').argParser(several).default([], 'all'))
    .addOption(new Option('--skip <id>', 'do not ask these rules').argParser(several).default([], 'none'))
    .option('--fix', 'write the fixes that hold when checked into the files', false)
    .option('--rules', 'list the rules and end', false)
    .addHelpText('after', '\nA line `# moat-lint: ignore RULE reason` silences a rule on the next line, or on its own.')
    .action(
      exits(async (paths: readonly string[], options: LintCommandOptions) => {
        const { lintAction } = await import('../lint/lint.ts')
        return lintAction(paths, options)
      }),
    )
}
