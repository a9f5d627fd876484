// The program behind `trial`: loads the model named by its argument and generates one token.
import { readGguf } from './gguf.ts'
import { LanguageModel } from './language-model.ts'
import { RuntimeFailure } from './llama-binding.ts'
import { NOT_THE_MODEL } from './trial.ts'

const path = process.argv[2] as string
const read = readGguf(path)
if (!read.ok) throw new Error(read.reason)
try {
  const model = await LanguageModel.load({ path, gguf: read.model, slots: 1, mostWaiting: 0, context: 64, threads: 1 })
  const prompt = model.promptTokens(model.promptText([{ role: 'user', content: 'a' }])).slice(0, 32)
  const sampling = { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 0 }
  const generation = { prompt, maxTokens: 1, sampling, stop: [], ignoreEos: false, tokensPerSecond: undefined }
  const answer = model.generate(generation, new AbortController().signal)
  while (!(await answer.next()).done);
  process.exit(0)
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exit(error instanceof RuntimeFailure ? NOT_THE_MODEL : 1)
}
