// Outside: starts phases.ts as npm does, behind a shell, and under npm's name.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

process.title = 'npm run phases'
const program = join(import.meta.dirname, 'phases.ts')
const command = `"${process.execPath}" "${program}" ${process.argv[2]}; exit $?`
const child = spawn('sh', ['-c', command], { stdio: 'inherit' })
child.on('close', (code) => process.exit(code ?? 1))
