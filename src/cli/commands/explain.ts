// `moat explain`: why a connection is allowed or denied; without one, what a policy's author may not know.
import { Command, Option } from 'commander'
import { exits } from '../exit-code.ts'
import type { ExplainOptions } from '../explain/options.ts'
import { withInput } from '../load.ts'
import { outputOption } from '../output-format.ts'

const EXAMPLES = `
SRC and DST: namespace/name of a pod or workload, kind/namespace/name, service/namespace/name, an address, a block, internet

  moat explain shop/web shop/orders:9000 -f manifests/
  moat explain internet service/shop/web:80 -f manifests/
  moat explain -f policy.yaml`

export function explainCommand(): Command {
  return withInput(new Command('explain'))
    .description('why SRC may or may not open DST, with the deciding rules; without them, what the policies may hide')
    .argument('[src]', 'where the connection comes from')
    .argument('[dst[:port[/protocol]]]', 'where it goes; without a port all ports, without a protocol TCP')
    .addOption(outputOption(['text', 'json', 'markdown']))
    .addOption(
      new Option('--profile <name>', 'how to read what Kubernetes leaves open')
        .choices(['spec', 'conformance', 'calico', 'cilium'])
        .default('spec'),
    )
    .option('--no-fix', 'look for no edit that would turn the answer around')
    .option('--apply', 'write the smallest edit that turns the answer around', false)
    .addOption(new Option('--expect <verdict>', 'exit with 1 unless it is so').choices(['allowed', 'denied']))
    .addHelpText('after', EXAMPLES)
    .action(
      exits(async (source: string | undefined, destination: string | undefined, options: ExplainOptions) => {
        const { explainAction } = await import('../explain/explain.ts')
        return explainAction(source, destination, options)
      }),
    )
}
