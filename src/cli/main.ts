// argv -> command -> exit code. Each command is one file in `commands/`, registered here.
import { renderCommand } from './commands/render.ts'
import { programOf, run } from './run.ts'

await run(programOf([renderCommand()]), process.argv.slice(2))
