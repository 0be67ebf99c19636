export type ChartPalette = Record<ChartKind | 'p50' | 'p95' | 'ink' | 'text' | 'line' | 'paper', string>

/** The colours of the charts, read from the style sheet (`--chart-…`), since ECharts cannot read CSS variables. Null until mounted. */
export function useChartPalette() {
  const palette = shallowRef<ChartPalette | null>(null)
  const mode = useColorMode()

  function read() {
    const styles = getComputedStyle(document.documentElement)
    const color = (name: keyof ChartPalette) => styles.getPropertyValue(`--chart-${name}`).trim()
    palette.value = {
      applied: color('applied'),
      stale: color('stale'),
      ignored: color('ignored'),
      rejected: color('rejected'),
      failed: color('failed'),
      refused: color('refused'),
      p50: color('p50'),
      p95: color('p95'),
      ink: color('ink'),
      text: color('text'),
      line: color('line'),
      paper: color('paper'),
    }
  }

  onMounted(read)
  // After the class on the root element has changed.
  watch(() => mode.value, () => void nextTick(read), { flush: 'post' })
  return palette
}
