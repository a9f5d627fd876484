// All commands by name. Only the one that is asked for is read: a command line should start at once.
import type { Command } from 'commander'

/** In the order of help: the main job, then from what is there to what is kept. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import('./commands/up.ts')).upCommand(),
  scan: async () => (await import('./commands/scan.ts')).scanCommand(),
  map: async () => (await import('./commands/map.ts')).mapCommand(),
  init: async () => (await import('./commands/init.ts')).initCommand(),
  render: async () => (await import('./commands/render.ts')).renderCommand(),
  prove: async () => (await import('./commands/prove.ts')).proveCommand(),
  explain: async () => (await import('./commands/explain.ts')).explainCommand(),
  diff: async () => (await import('./commands/diff.ts')).diffCommand(),
  lint: async () => (await import('./commands/lint.ts')).lintCommand(),
  stage: async () => (await import('./commands/stage.ts')).stageCommand(),
  assert: async () => (await import('./commands/assert.ts')).assertCommand(),
  watch: async () => (await import('./commands/watch.ts')).watchCommand(),
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand(),
}

/** The command that the arguments begin with; all of them where they begin with none, for help and suggestions. */
export function commandsFor([name]: readonly string[]): Promise<Command[]> {
  if (name === '-V' || name === '--version') return Promise.resolve([])
  const one = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  return Promise.all((one ? [one] : Object.values(COMMANDS)).map((load) => load()))
}
