// `moat render`: the NetworkPolicies of each Moat, one plain sentence per rule.
import { Command } from 'commander'
import { CLEAN, exits } from '../exit-code.ts'
import { outputOption } from '../output-format.ts'

export function renderCommand(): Command {
  return new Command('render')
    .description('print the NetworkPolicies of each Moat, with one sentence per rule')
    .option('-f, --filename <path>', 'file, folder, or - for stdin', '.')
    .addOption(outputOption(['text', 'json', 'yaml']))
    .action(exits(() => CLEAN))
}
