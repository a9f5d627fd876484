// argv -> command -> exit code. Each command is one file in `commands/`, registered here.
import { doctorCommand } from './commands/doctor.ts'
import { proveCommand } from './commands/prove.ts'
import { renderCommand } from './commands/render.ts'
import { upCommand } from './commands/up.ts'
import { programOf, run } from './run.ts'

await run(programOf([doctorCommand(), proveCommand(), renderCommand(), upCommand()]), process.argv.slice(2))
