import { arch, availableParallelism, cpus, loadavg, platform } from 'node:os'

/** What the figures depend on. */
export function describeMachine(): string {
  const load = loadavg()[0]!.toFixed(1)
  const model = cpus()[0]?.model ?? 'unknown'
  return `Node ${process.versions.node}, ${platform()} ${arch()}, ${availableParallelism()} cores (${model}), load ${load}`
}
