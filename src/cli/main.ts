// argv -> command -> exit code.
import { Command } from 'commander'

const program = new Command('moat')
await program.parseAsync(process.argv)
