import { defineConfig } from 'vitest/config'
import asyncProfiler from 'vitest-async-profiler'

export default defineConfig({ plugins: [asyncProfiler()] })
