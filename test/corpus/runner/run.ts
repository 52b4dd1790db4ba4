import { writeFileSync } from 'node:fs'
import { BACKENDS, type Combination, nameOf } from './combinations.ts'
import { together } from './judge.ts'
import { compareWithLeakDetector, type Comparison, formatComparison } from './leak-detector.ts'
import { measure, type Measured, rowsOf } from './measure.ts'
import { nodeOf } from './node-versions.ts'
import { formatNoise } from './noise-table.ts'
import { measureNoise, type Noise } from './noise.ts'
import { createSandbox, type Sandbox } from './sandbox.ts'
import { readSettings, type Settings } from './settings.ts'
import { formatTable, type Row } from './table.ts'

const settings = readSettings(process.argv.slice(2))
const sandbox = createSandbox()
try {
  const results = await run(sandbox, settings)
  if (results.some((result) => 'missedBars' in result && result.missedBars.length > 0)) process.exitCode = 1
  if (settings.json !== undefined) writeFileSync(settings.json, `${JSON.stringify(results, null, 2)}\n`)
} finally {
  if (settings.keep) tell(`the sandbox is ${sandbox.home}`)
  else sandbox.remove()
}

function run(sandbox: Sandbox, settings: Settings): Promise<(Measured | Noise | Comparison)[]> {
  if (settings.noise) return runNoise(sandbox, settings)
  return settings.leakDetector ? runLeakDetector(sandbox, settings) : runAll(sandbox, settings)
}

async function runAll(sandbox: Sandbox, { combinations, only }: Settings): Promise<Measured[]> {
  const all: Measured[] = []
  for (const combination of combinations) {
    const measured = await attempt(combination, () => measure(sandbox, combination, only))
    if (measured === undefined) continue
    all.push(measured)
    print(formatTable(measured.rows))
    print([...measured.missedBars.map((text) => `under the bars: ${text}`), ...measured.faults].join('\n'))
  }
  if (all.length > 1) print(formatTable([...all.flatMap(({ rows }) => rows), ...sums(all)]))
  return all
}

async function runNoise(sandbox: Sandbox, { combinations, runs }: Settings): Promise<Noise[]> {
  const all: Noise[] = []
  for (const combination of combinations) {
    const noise = await attempt(combination, () => measureNoise(sandbox, combination, runs, tell))
    if (noise === undefined) continue
    all.push(noise)
    print(formatNoise(noise))
    print(noise.faults.join('\n'))
  }
  return all
}

async function runLeakDetector(sandbox: Sandbox, { combinations }: Settings): Promise<Comparison[]> {
  const all: Comparison[] = []
  for (const combination of combinations) {
    const comparison = await attempt(combination, () => compareWithLeakDetector(sandbox, combination))
    if (comparison === undefined) continue
    all.push(comparison)
    print(formatComparison(comparison))
    print(comparison.told.join('\n'))
  }
  return all
}

/** One that goes wrong does not take the others with it. */
async function attempt<T>(combination: Combination, run: () => Promise<T>): Promise<T | undefined> {
  tell(nameOf(combination))
  if (nodeOf(combination.node) === undefined) {
    tell(`skipped: there is no Node ${combination.node} for this platform`)
    return undefined
  }
  try {
    return await run()
  } catch (error) {
    tell((error as Error).message)
    process.exitCode = 1
    return undefined
  }
}

function sums(all: readonly Measured[]): Row[] {
  return BACKENDS.flatMap((backend) => {
    const chosen = all.filter(({ combination }) => combination.backend === backend)
    if (chosen.length < 2) return []
    return rowsOf(`${backend}, in sum`, backend, together(chosen.map(({ outcome }) => outcome)))
  })
}

function print(text: string): void {
  if (text !== '') process.stdout.write(`${text}\n\n`)
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}
