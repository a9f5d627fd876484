// `moat init`: writes the moat.yaml of a workload from what is there.
import { Command } from 'commander'
import { exits } from '../exit-code.ts'
import type { InitOptions } from '../init/init.ts'
import { withInput } from '../load.ts'

export function initCommand(): Command {
  return withInput(new Command('init'))
    .description('write the moat.yaml of a workload from what the input tells')
    .argument('<workload>', 'NAMESPACE/WORKLOAD, or WORKLOAD where only one has that name')
    .argument('[path...]', 'files or folders to read')
    .option('-o, --output <file>', 'file to write; - is stdout', 'moat.yaml')
    .option('--force', 'write over an existing file, and beside an existing Moat', false)
    .action(
      exits(async (workload: string, paths: readonly string[], options: InitOptions) => {
        const { init } = await import('../init/init.ts')
        return init(workload, paths, options)
      }),
    )
}
