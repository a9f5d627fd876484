// Labels that serving platforms put on the pods of models, as data: each with its source.

export interface PlatformLabel {
  /** The platform's own name. */
  readonly title: string
  readonly key: string
  /** Absent: any value. */
  readonly value?: string
  readonly source: string
}

export const PLATFORM_LABELS: readonly PlatformLabel[] = [
  {
    title: 'KServe',
    key: 'app.kubernetes.io/part-of',
    value: 'llminferenceservice',
    source: 'kserve/kserve config/llmisvcconfig at aaac4e29',
  },
  { title: 'KAITO', key: 'kaito.sh/workspace', source: 'kaito-project/kaito api/v1beta1/labels.go at 056b8280' },
  {
    title: 'llm-d',
    key: 'llm-d.ai/inference-serving',
    value: 'true',
    source: 'llm-d-incubation charts/llm-d-modelservice/values.yaml at 3051935',
  },
  {
    title: 'NIM operator',
    key: 'app.kubernetes.io/part-of',
    value: 'nim-service',
    source: 'NVIDIA/k8s-nim-operator api/apps/v1alpha1/nimservice_types.go at f63f74d7',
  },
]

/** The platform that labels say a pod is of. */
export function platformOf(labels: ReadonlyMap<string, string>): PlatformLabel | undefined {
  return PLATFORM_LABELS.find(({ key, value }) => (value === undefined ? labels.has(key) : labels.get(key) === value))
}
