// Runs the command line: usage errors exit with 2, mistakes of the program with 70 and a short report.
import { readFileSync } from 'node:fs'
import { styleText } from 'node:util'
import { Command, CommanderError, type HelpConfiguration } from 'commander'
import { printable } from '../diag/printable.ts'
import { CLEAN, type ExitCode, INTERNAL, UNUSABLE } from './exit-code.ts'
import { tolerateClosedPipes } from './output.ts'

interface Package {
  readonly version: string
}

/** The version in package.json. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as Package).version
}

/** Commander's error text in the house's form: `error: … [usage]`, then the suggestion and where to read on. */
function usageError(text: string, command: Command): string {
  const at = text.lastIndexOf('\n(Did you mean ')
  const message = printable((at === -1 ? text : text.slice(0, at)).trim())
    .replace(/^error: /, '')
    .replaceAll(/'([^']*)'/g, '`$1`')
  const suggestion = at === -1 ? undefined : /^\(Did you mean (.*)\?\)$/.exec(text.slice(at).trim())?.[1]
  const error = styleText('red', 'error:', { stream: process.stderr })
  return [
    `${error} ${message} [usage]`,
    ...(suggestion === undefined ? [] : [`  help: did you mean ${suggestion}`]),
    `  help: ${fullName(command)} --help lists what there is`,
    '',
  ].join('\n')
}

function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name()
}

/** Help with the commands' bare names, and without defaults that say nothing: off, or an empty list. */
const HELP: HelpConfiguration = {
  subcommandTerm: (command) => command.name(),
  optionDescription: (option) => {
    const { defaultValue } = option as {
      readonly defaultValue: string | number | boolean | readonly string[] | undefined
    }
    const says = defaultValue !== undefined && defaultValue !== false && !Array.isArray(defaultValue) && !option.negate
    const choices = option.argChoices?.join(', ')
    const more = [
      ...(choices === undefined ? [] : [choices]),
      ...(says ? [`default: ${option.defaultValueDescription ?? defaultValue.toString()}`] : []),
    ]
    return more.length === 0 ? option.description : `${option.description} (${more.join('; ')})`
  },
}

/** Lets no command of the tree end the process by itself, and words its errors as the house does. */
function tame(command: Command): void {
  command.exitOverride()
  command.configureHelp(HELP)
  command.configureOutput({ outputError: (text, write) => write(usageError(text, command)) })
  for (const child of command.commands) tame(child)
}

function report(error: unknown): void {
  const [message, ...frames] = (error instanceof Error ? (error.stack ?? error.message) : String(error)).split('\n')
  const lines = [
    `internal error: ${message}`,
    ...frames.filter((line) => !line.includes('node:internal')).slice(0, 6),
    `  this is a mistake in moat ${version()} (Node ${process.version}, ${process.platform}), not in your input`,
    '  help: report it with the command you ran',
  ]
  process.stderr.write(`${lines.join('\n')}\n`)
}

/** Ends the process: the program's state is unknown after an error that nobody expected. */
function crash(error: unknown): never {
  report(error)
  process.exit(INTERNAL)
}

/** Builds the program of the given commands. */
export function programOf(commands: readonly Command[]): Command {
  const program = new Command('moat')
    .description('Puts a moat around a small language model on Kubernetes: declare, render, prove, show.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print what a command does and takes')
    .addHelpText(
      'after',
      '\nExit codes: 0 clean, 1 findings, 2 unusable input or usage, 3 environment missing,\n70 internal error',
    )
  for (const command of commands) program.addCommand(command)
  tame(program)
  return program
}

/** Makes and runs the program; the exit code of a command is what its action left in `process.exitCode`. */
export async function run(program: () => Command | Promise<Command>, argv: readonly string[]): Promise<void> {
  tolerateClosedPipes()
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  try {
    await (await program()).parseAsync([...argv], { from: 'user' })
  } catch (error) {
    process.exitCode = exitCodeOf(error)
  }
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? CLEAN : UNUSABLE
  report(error)
  return INTERNAL
}
