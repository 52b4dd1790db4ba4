import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chooseCases } from './cases.ts'
import { describeMachine } from './machine.ts'
import { formatOverhead } from './overhead.ts'
import { formatPerCall } from './per-call.ts'
import { createProject } from './project.ts'
import { runRounds } from './rounds.ts'
import { readSettings, type Settings } from './settings.ts'
import { formatTable } from './table.ts'
import { buildWithout } from './without.ts'

/*
 * Runs the same suites with and without the plugin, and with Vitest's own `detectAsyncLeaks`, one after another:
 *
 *   node bench/run.ts [--rounds 5] [--only a,c] [--suite ../other-project] [--coverage] [--first] [--skip-leaks] [--json raw.json]
 *     [--with '{"captureStacks":false}'] [--build ../other-build] [--without stacks,hooks]
 */
const settings = readSettings(process.argv.slice(2))
const folder = mkdtempSync(join(tmpdir(), 'async-profiler-builds-'))
try {
  run({ ...settings, builds: [...settings.builds, ...(await buildWithout(settings.without, folder))] })
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function run(chosen: Settings): void {
  const cases = chooseCases(chosen)
  const project = createProject(cases, chosen)
  try {
    const samples = runRounds(project, cases, chosen, (text) => process.stderr.write(`${text}\n`))
    if (chosen.json !== undefined) {
      writeFileSync(chosen.json, `${JSON.stringify({ machine: describeMachine(), samples }, null, 2)}\n`)
    }
    const table = formatTable(cases, samples, chosen.first ? 'first' : 'again')
    const parts = [describeMachine(), table, formatPerCall(cases, samples), formatOverhead(cases, samples)]
    process.stdout.write(`${parts.filter(Boolean).join('\n\n')}\n`)
  } finally {
    project.remove()
  }
}
