// argv -> command -> exit code. Each command is one file in `commands/`, registered here.
import { commandsFor } from './registry.ts'
import { programOf, run } from './run.ts'

const argv = process.argv.slice(2)
await run(async () => programOf(await commandsFor(argv)), argv)
