/** What is used of Vitest here. */
interface VitestLike {
  state: object
}

/** How long the tests' run has taken; where `--merge-reports` runs none, how long those took that wrote the blobs. */
export function runDurationMs({ state }: VitestLike, startedAt: Date): number {
  const { blobs } = state as { blobs?: { executionTimes?: readonly number[] } }
  return blobs?.executionTimes?.reduce((sum, ms) => sum + ms, 0) ?? Date.now() - startedAt.getTime()
}
