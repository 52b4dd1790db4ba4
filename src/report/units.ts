/** Milliseconds for people: `9.4 ms`, `184 ms`, `1.24 s`, `30.1 s`. Always four characters or fewer before the unit. */
export function formatDuration(ms: number): string {
  // The limits sit half a step lower than they look, so that rounding never gives `10.0 ms` or `1000 ms`.
  if (ms < 9.95) return `${ms.toFixed(1).replace(/\.0$/, '')} ms`
  if (ms < 999.5) return `${Math.round(ms)} ms`
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`
  return `${(ms / 1000).toFixed(1)} s`
}

/** A share for people: `1.8 %`, `12 %`; nothing where there is no whole. */
export function formatPercent(part: number, whole: number): string | undefined {
  if (!(whole > 0)) return undefined
  const percent = (part / whole) * 100
  if (percent > 0 && percent < 0.1) return '<0.1 %'
  return `${percent < 9.95 ? percent.toFixed(1).replace(/\.0$/, '') : Math.round(percent)} %`
}

/** `1 test`, `2 tests`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
