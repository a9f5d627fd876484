// `moat render`: the NetworkPolicies of each Moat, one plain sentence per rule.
import { Command } from 'commander'
import type { Diagnostic } from '../../diag/diagnostic.ts'
import type { Residual } from '../../intent/render-policies.ts'
import { manifestsJson, manifestsYaml } from '../../render/manifest.ts'
import { piece } from '../../render/styled-text.ts'
import { styled } from '../colour.ts'
import { CLEAN, type ExitCode, exits, UNUSABLE } from '../exit-code.ts'
import { type InputOptions, loadInput, withInput } from '../load.ts'
import { printData, printDiagnostics } from '../output.ts'
import { outputOption } from '../output-format.ts'

interface RenderOptions extends InputOptions {
  readonly output: 'text' | 'yaml' | 'json'
}

function residualNote({ code, message }: Residual): Diagnostic {
  return { severity: 'note', code, message }
}

/** YAML with its comments set back where the terminal has colour. */
function commented(yaml: string): string {
  const lines = yaml.trimEnd().split('\n')
  const marked = lines.map((line) => [piece(line, line.trimStart().startsWith('#') ? 'muted' : undefined)])
  return styled(marked, process.stdout)
}

const NO_MOAT: Diagnostic = {
  severity: 'error',
  code: 'no-moat',
  message: 'the input has no Moat to render',
  help: 'add an object of kind Moat, apiVersion modelmoat.dev/v1alpha1',
}

function render(args: readonly string[], options: RenderOptions): ExitCode {
  const { inForce, diagnostics, usable } = loadInput(args, options)
  const residuals = inForce.moats.flatMap(({ rendered }) => rendered.residuals.map(residualNote))
  const missing = usable && inForce.moats.length === 0
  printDiagnostics([...diagnostics, ...residuals, ...(missing ? [NO_MOAT] : [])])
  if (!usable || missing) return UNUSABLE
  const policies = inForce.moats.flatMap(({ rendered }) => rendered.rendered)
  const { output } = options
  if (output === 'json') printData(manifestsJson(policies))
  else if (output === 'yaml') printData(manifestsYaml(policies, { comments: false }))
  else printData(commented(manifestsYaml(policies, { comments: true })))
  return CLEAN
}

export function renderCommand(): Command {
  return withInput(new Command('render'))
    .description('print the NetworkPolicies of each Moat, one sentence per rule')
    .argument('[path...]', 'files or folders to read')
    .addOption(outputOption(['text', 'yaml', 'json']))
    .addHelpText('after', '\ntext is YAML with comments: `moat render | kubectl apply -f -` takes it as it is')
    .action(exits(render))
}
