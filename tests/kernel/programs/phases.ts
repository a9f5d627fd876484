// Inside: goes through the life of a sandbox, says each phase on stdout, and stays for ever in the one that is asked for.
import { inside } from '../../../src/sandbox/enter.ts'
import { Sandbox } from '../../../src/sandbox/sandbox.ts'
import { planTopology } from '../../../src/sandbox/topology.ts'
import { pod, snapshot } from '../../support/cluster.ts'
import { enterOrExit } from '../../support/enter-or-exit.ts'

const last = process.argv[2]

async function reach(phase: string): Promise<void> {
  process.stdout.write(`phase ${phase}\n`)
  if (phase !== last) return
  // `busy` never comes back to its event loop, so that nothing inside can notice the end of anything.
  if (phase === 'busy') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  setInterval(() => {}, 1000)
  await new Promise(() => {})
}

await enterOrExit()
await reach('entered')
await reach('busy')
const topology = planTopology(snapshot([pod('a/one', {}), pod('a/two', {})]))
const creating = Sandbox.create(topology)
if (last === 'creating') await reach('creating')
const sandbox = await creating
inside()?.onStop(() => {
  process.stdout.write('stopping\n')
  void sandbox.stop().then(() => process.exit(130))
})
const [one] = topology.pods
if (!one) throw new Error('no pod')
// A program that survives polite requests, with a child of its own.
await sandbox.spawn(one.pod, [
  'sh',
  '-c',
  'trap "" TERM; (trap "" TERM; while :; do sleep 1; done) & while :; do sleep 1; done',
])
await reach('running')
await sandbox.stop()
