// The runtimes that Moat knows, as data: each fact with its source.
import type { ModelRuntime } from '../../policy/moat-spec.ts'
import type { RuntimeProfile } from './profile.ts'

const PROFILES: readonly RuntimeProfile[] = [
  {
    runtime: 'LlamaCpp',
    title: 'llama.cpp',
    images: ['ggml-org/llama.cpp', 'ggerganov/llama.cpp', 'ramalama/ramalama'],
    commands: ['llama-server', 'llama_cpp.server', 'ramalama serve'],
    apiPorts: [
      { port: 8080, source: 'ggml-org/llama.cpp pull request 26508: 8080 stays the default after the notice' },
      { port: 9931, when: 'announced default', source: 'ggml-org/llama.cpp tools/server/README.md at 00dc8057' },
    ],
    metrics: {
      kind: 'on-api-port',
      path: '/metrics',
      source: 'ggml-org/llama.cpp tools/server/README.md: off unless started with --metrics',
    },
    internalPorts: [
      { port: 50_052, what: 'rpc-server, no authentication', source: 'ggml-org/llama.cpp tools/rpc/README.md' },
    ],
  },
  {
    runtime: 'Ollama',
    title: 'Ollama',
    images: ['ollama/ollama'],
    commands: ['ollama serve'],
    apiPorts: [{ port: 11_434, source: 'ollama/ollama Dockerfile at fb307609: OLLAMA_HOST=0.0.0.0:11434' }],
    metrics: { kind: 'none', source: 'ollama/ollama server/routes.go at fb307609 has no metrics route' },
    internalPorts: [],
  },
  {
    runtime: 'VLLM',
    title: 'vLLM',
    images: ['vllm/vllm-openai'],
    commands: ['vllm serve', 'vllm.entrypoints.openai.api_server'],
    apiPorts: [{ port: 8000, source: 'vllm-project/vllm docs/deployment/k8s.md at 051f9b87' }],
    metrics: { kind: 'on-api-port', path: '/metrics', source: 'vllm-project/vllm docs/usage/security.md at 00b005cf' },
    internalPorts: [
      { port: 14_579, what: 'KV transfer', source: 'vllm-project/vllm docs/usage/security.md at 00b005cf' },
      { port: 29_500, what: 'data-parallel master', source: 'vllm-project/vllm docs/usage/security.md at 00b005cf' },
    ],
  },
  {
    runtime: 'SGLang',
    title: 'SGLang',
    images: ['lmsysorg/sglang'],
    commands: ['sglang.launch_server'],
    apiPorts: [{ port: 30_000, source: 'SGLang documentation of its server arguments, --port, read second-hand' }],
    metrics: {
      kind: 'on-api-port',
      path: '/metrics',
      source: 'SGLang documentation, read second-hand: only with --enable-metrics',
    },
    internalPorts: [],
  },
  {
    runtime: 'TGI',
    title: 'Text Generation Inference',
    images: ['huggingface/text-generation-inference'],
    commands: ['text-generation-launcher'],
    apiPorts: [
      { port: 80, when: 'container image', source: 'huggingface/text-generation-inference Dockerfile at db931fcf' },
      { port: 3000, when: 'launcher by itself', source: 'text-generation-inference launcher/src/main.rs at db931fcf' },
    ],
    metrics: {
      kind: 'on-api-port',
      path: '/metrics',
      source: 'text-generation-inference router/src/server.rs at db931fcf',
    },
    internalPorts: [
      { port: 29_500, what: 'shard master', source: 'text-generation-inference launcher/src/main.rs at db931fcf' },
    ],
  },
  {
    runtime: 'Triton',
    title: 'Triton Inference Server',
    images: ['nvidia/tritonserver'],
    commands: ['tritonserver'],
    apiPorts: [
      { port: 8000, when: 'HTTP', source: 'triton-inference-server/server deploy/k8s-onprem at e1db8a60' },
      { port: 8001, when: 'gRPC', source: 'triton-inference-server/server deploy/k8s-onprem at e1db8a60' },
    ],
    metrics: {
      kind: 'own-port',
      port: 8002,
      path: '/metrics',
      source: 'triton-inference-server/server deploy/k8s-onprem at e1db8a60',
    },
    internalPorts: [],
  },
  {
    runtime: 'LocalAI',
    title: 'LocalAI',
    images: ['localai/localai', 'go-skynet/local-ai'],
    commands: ['local-ai'],
    apiPorts: [{ port: 8080, source: 'mudler/LocalAI core/cli/run.go at 82c191af: LOCALAI_ADDRESS=:8080' }],
    metrics: { kind: 'on-api-port', path: '/metrics', source: 'mudler/LocalAI core/http/routes/health.go at 82c191af' },
    internalPorts: [],
  },
  {
    runtime: 'NIM',
    title: 'NVIDIA NIM',
    images: ['nvcr.io/nim/'],
    commands: [],
    apiPorts: [{ port: 8000, source: 'NVIDIA/k8s-nim-operator api/apps/v1alpha1/common_types.go at f63f74d7' }],
    metrics: {
      kind: 'on-api-port',
      path: '/v1/metrics',
      source: 'NVIDIA/k8s-nim-operator api/apps/v1alpha1/nimservice_types.go at f63f74d7',
    },
    internalPorts: [],
  },
]

/** The runtime's profile; `Auto` and `Custom` have none. */
export function profileOf(runtime: ModelRuntime): RuntimeProfile | undefined {
  return PROFILES.find((profile) => profile.runtime === runtime)
}

export function allProfiles(): readonly RuntimeProfile[] {
  return PROFILES
}
