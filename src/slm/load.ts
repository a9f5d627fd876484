// Clients of the model server as a program: a stranger that hammers, one that holds a stream, and the load measurement.
import { PATIENCE } from './client.ts'
import { hammer, hold, type Load, measure, question } from './load-modes.ts'
import { CommandLine, onEnd, report, runProgram } from './program.ts'
import { scrape } from './scrape.ts'

const USAGE = [
  'load.ts hammer --url http://HOST:PORT [--concurrency 4] [--max-tokens 64] [--duration SECONDS] [--every-ms 500]',
  'load.ts hold --url http://HOST:PORT [--rate 20] [--max-tokens 65536] [--quiet-ms 500] [--silence-ms 5000] [--again] [--local-port N] [--duration SECONDS]',
  'load.ts ask --url http://HOST:PORT --question TEXT',
  'load.ts scrape --url http://HOST:PORT [--every-ms 500]',
  'load.ts measure --url http://HOST:PORT [--requests 20] [--enough-ms 600000] [--concurrency 1] [--max-tokens 32]',
].join(' | ')

const names = [
  'url',
  'concurrency',
  'max-tokens',
  'duration',
  'every-ms',
  'rate',
  'quiet-ms',
  'silence-ms',
  'connect-ms',
  'answer-ms',
  'enough-ms',
  'local-port',
  'question',
  'requests',
]

const MODES = ['hammer', 'hold', 'measure', 'ask', 'scrape']

await runProgram(async () => {
  const [mode, ...rest] = process.argv.slice(2)
  const line = new CommandLine(rest, { usage: USAGE, names, flags: ['again'] })
  if (!MODES.includes(mode ?? '')) throw line.wrong(`say one of ${MODES.join(', ')}`)
  const server = line.url('url', process.env['SLM_URL'])
  const ended = new AbortController()
  onEnd(() => ended.abort())
  const seconds = line.number('duration', [0, 1, 86_400])
  const timer = seconds > 0 ? setTimeout(() => ended.abort(), seconds * 1000) : undefined
  const patience = {
    ...PATIENCE,
    connectMs: line.number('connect-ms', [PATIENCE.connectMs, 1, 600_000]),
    answerMs: line.number('answer-ms', [PATIENCE.answerMs, 1, 600_000]),
    silenceMs: line.number('silence-ms', [mode === 'hold' ? 5_000 : PATIENCE.silenceMs, 1, 600_000]),
  }
  if (mode === 'ask') {
    await question({ api: server, text: line.text('question') ?? '' }, report, ended.signal)
  } else if (mode === 'scrape') {
    const everyMs = line.number('every-ms', [500, 10, 60_000])
    await scrape({ server, everyMs, timeoutMs: patience.connectMs }, report, ended.signal)
  } else if (mode === 'hold') {
    const tokensPerSecond = line.number('rate', [20, 1, 1000])
    const quietMs = line.number('quiet-ms', [500, 1, 600_000])
    const localPort = line.number('local-port', [0, 1, 65_535])
    const maxTokens = line.number('max-tokens', [65_536, 1, 65_536])
    const given = { server, tokensPerSecond, maxTokens, quietMs, patience, again: line.flag('again') }
    await hold({ ...given, ...(localPort > 0 && { localPort }) }, report, ended.signal)
  } else {
    const load: Load = {
      server,
      patience,
      concurrency: line.number('concurrency', [mode === 'hammer' ? 4 : 1, 1, 256]),
      maxTokens: line.number('max-tokens', [mode === 'hammer' ? 64 : 32, 1, 4096]),
    }
    if (mode === 'hammer')
      await hammer({ ...load, everyMs: line.number('every-ms', [500, 10, 60_000]) }, report, ended.signal)
    else {
      const failed = await measure(
        {
          ...load,
          requests: line.number('requests', [20, 1, 100_000]),
          enoughMs: line.number('enough-ms', [600_000, 1, 600_000]),
        },
        report,
        ended.signal,
      )
      process.exitCode = failed > 0 ? 1 : 0
    }
  }
  clearTimeout(timer)
})
