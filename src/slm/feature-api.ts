// The sandbox's feature API as a program: `GET /ask?q=…` streams the model's answer on to its own client.
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { featureApi } from './feature-routes.ts'
import { CommandLine, listen, onEnd, report, runProgram } from './program.ts'

const USAGE = 'feature-api.ts [--port 3000] [--host ::] --slm http://HOST:PORT (or SLM_URL)'

await runProgram(async () => {
  const line = new CommandLine(process.argv.slice(2), { usage: USAGE, names: ['port', 'host', 'slm'] })
  const slm = line.url('slm', process.env['SLM_URL'])
  const server = createAdaptorServer({ fetch: featureApi(slm).fetch }) as Server
  const { port } = await listen(server, line.number('port', [3000, 0, 65535]), line.text('host') ?? '::')
  onEnd(() => process.exit(0))
  report({ ready: true, port, slm: slm.href })
})
