import { env } from 'node:process'
import asyncProfiler from 'vitest-async-profiler'
import { defineConfig } from 'vitest/config'

// Both are the runner's: see ../runner/run-project.ts.
const { CORPUS_BACKEND: backend = 'auto', CORPUS_JUDGE: judge = 'profiler' } = env

export default defineConfig({
  plugins: judge === 'profiler' ? [asyncProfiler({ backend: backend as 'auto', report: { json: 'report.json' } })] : [],
  test: {
    globalSetup: ['setup/amounts.ts', 'setup/sockets.ts'],
    detectAsyncLeaks: judge === 'leak-detector',
    setupFiles: judge === 'loop-delay' ? ['setup/loop-delay.ts'] : [],
    // Test files that run at the same time would steal each other's CPU time.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
