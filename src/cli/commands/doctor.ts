// `moat doctor`: what this machine can do for the sandbox, found out by trying, and how to get the rest.
import { Command } from 'commander'
import { inspectMachine, type Machine } from '../../sandbox/capabilities.ts'
import { CLEAN, ENVIRONMENT, type ExitCode, exits } from '../exit-code.ts'
import { printData, printDiagnostics } from '../output.ts'
import { outputOption } from '../output-format.ts'

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('try what the sandbox needs on this machine, and say how to get what is missing')
    .addOption(outputOption(['text', 'json']))
    .action(exits(doctor))
}

const WORDS = { works: 'ok', missing: 'missing', fatal: 'MISSING' } as const

async function doctor(options: { readonly output: string }): Promise<ExitCode> {
  const machine = await inspectMachine()
  if (options.output === 'json') printData(JSON.stringify(machine, jsonable, 2))
  else printData(describe(machine))
  printDiagnostics(machine.capabilities.flatMap(({ diagnostic }) => diagnostic ?? []))
  return machine.mode === undefined ? ENVIRONMENT : CLEAN
}

function jsonable(_key: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value
}

function describe(machine: Machine): string {
  const width = Math.max(...machine.capabilities.map(({ name }) => name.length))
  const lines = machine.capabilities.map(
    ({ name, state, detail }) => `${WORDS[state].padEnd(8)} ${name.padEnd(width)}  ${detail}`,
  )
  const verdict =
    machine.mode === undefined
      ? 'no sandbox on this machine: moat up --simulate predicts, but no kernel enforces anything'
      : `the sandbox runs here, as ${machine.mode === 'root' ? 'root' : 'an ordinary user in a user namespace'}`
  return [...lines, '', verdict].join('\n')
}
