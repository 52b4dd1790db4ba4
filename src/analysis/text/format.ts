/** `184 ms`, `9.6 ms`, `1.24 s`. */
export function formatMs(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`
  return ms >= 10 ? `${Math.round(ms)} ms` : `${Math.round(ms * 10) / 10} ms`
}

/** `30 s`, `2.1 s`: a wait, of which hundredths tell nothing. */
export const formatWait = (ms: number): string => `${ms < 9950 ? Math.round(ms / 100) / 10 : Math.round(ms / 1000)} s`
