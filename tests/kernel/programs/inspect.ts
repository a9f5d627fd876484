// Prints what this machine can do; where it can do nothing, also what entering says.
import { inspectMachine } from '../../../src/sandbox/capabilities.ts'
import { enter } from '../../../src/sandbox/enter.ts'

const machine = await inspectMachine()
const entered = machine.mode === undefined ? await enter() : undefined
process.stdout.write(`${JSON.stringify({ machine, entered })}\n`)
