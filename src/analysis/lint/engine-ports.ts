// Ports that parts of model servers use among themselves: no authentication, and remote code execution more than once.

export interface EnginePort {
  readonly port: number
  readonly what: string
  /** Project and file, or CVE, that says so. */
  readonly source: string
}

export const ENGINE_PORTS: readonly EnginePort[] = [
  {
    port: 50_052,
    what: 'the RPC server of llama.cpp',
    source: 'ggml-org/llama.cpp tools/rpc/README.md; CVE-2024-42478',
  },
  { port: 5555, what: "vLLM's data-parallel RPC over ZMQ", source: 'kserve/kserve config/llmisvcconfig' },
  { port: 5557, what: 'KV-cache events over ZMQ', source: 'kaito-project/kaito pkg/utils/consts/consts.go' },
  { port: 55_555, what: 'ZMQ of the vLLM production stack', source: 'vllm-project/production-stack helm/templates' },
  { port: 9999, what: 'UCX of the vLLM production stack', source: 'vllm-project/production-stack helm/templates' },
  { port: 14_579, what: 'KV transfer of vLLM', source: 'vllm-project/vllm docs/usage/security.md' },
  { port: 29_500, what: "torch's rendezvous", source: 'vllm-project/vllm docs/usage/security.md' },
  { port: 6379, what: 'the GCS of Ray', source: 'ray-project/kuberay ray-operator/controllers/ray/utils/constant.go' },
  { port: 8265, what: 'the dashboard of Ray, which runs jobs', source: 'CVE-2023-48022' },
  { port: 10_001, what: 'the client server of Ray', source: 'ray-project/kuberay constant.go' },
  { port: 52_365, what: 'the agent of Ray', source: 'ray-project/kuberay constant.go' },
]
