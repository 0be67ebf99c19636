declare module 'parse-prometheus-text-format' {
  /** Values are text, as Prometheus writes them. */
  interface Metric {
    labels?: Record<string, string>
    value?: string
    /** Of a histogram. */
    count?: string
  }

  interface Family {
    name: string
    help: string
    type: string
    metrics: Metric[]
  }

  export default function parsePrometheus(text: string): Family[]
}
