import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Rolldown, type UserConfig } from 'tsdown'
import configs from '../tsdown.config.ts'
import type { Build } from './settings.ts'

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url))

/** What makes a part of the plugin do nothing: a text of a source file, and what stands for it. */
interface Cut {
  file: string
  find: string
  put: string
}

/** Cuts off the rest of a function, which begins with `find`. */
const cut = (file: string, find: string, put = 'return'): Cut => ({ file, find, put: `${find} ${put};` })

const NO_STACKS = cut('probes/async/stack-budget.ts', 'export function affords(budget: StackBudget): boolean {', 'return false')
const NO_PROMISES: Cut = {
  file: 'probes/async/hooks.ts',
  find: 'install(followed)\n  }\n  function unfollow',
  put: 'install(startsOnly)\n  }\n  function unfollow'
}
const NO_RESOURCES = cut('probes/async/resources/resources.ts', 'init(id, type, resource) {')
const NO_HOOKS: Cut[] = [
  cut('probes/async/hooks.ts', 'function start(): void {'),
  cut('probes/async/hooks.ts', 'function startLoading(): void {')
]
const NO_HEARTBEAT = cut('probes/process/heartbeat.ts', 'line: (beats: number) => string): HeartbeatFile | undefined {', 'return undefined')
const NO_PROFILE = cut('session/stalls/evidence.ts', 'startSampling(isLate) {')
const NO_REQUESTS: Cut = { file: 'session/requests/watch.ts', find: 'start(global) {', put: 'start(_global) { return () => {};' }

/** The parts by what they are called on the command line; `all` leaves the loading of the worker's files. */
export const PARTS: Readonly<Record<string, readonly Cut[]>> = {
  stacks: [NO_STACKS],
  promises: [NO_PROMISES],
  resources: [NO_RESOURCES],
  hooks: NO_HOOKS,
  heartbeat: [NO_HEARTBEAT],
  profile: [NO_PROFILE],
  requests: [NO_REQUESTS],
  all: [cut('worker.ts', 'export function install(since: number): void {')]
}

/**
 * Builds the plugin once for each part, without that part, as packages below a folder.
 * @throws RangeError for a part that is not known
 */
export async function buildWithout(parts: readonly string[], folder: string): Promise<Build[]> {
  const unknown = parts.filter((part) => PARTS[part] === undefined)
  if (unknown.length > 0) throw new RangeError(`--without must name some of ${Object.keys(PARTS).join(', ')}, got ${unknown.join(', ')}`)
  const builds = parts.map((part) => ({ name: `without-${part}`, folder: join(folder, part) }))
  for (const [index, { folder: to }] of builds.entries()) {
    cpSync(join(REPOSITORY, 'package.json'), join(to, 'package.json'))
    await buildCut(PARTS[parts[index]!]!, join(to, 'dist'))
  }
  return builds
}

async function buildCut(cuts: readonly Cut[], outDir: string): Promise<void> {
  const open = new Set(cuts)
  for (const config of configs as UserConfig[]) {
    await build({
      ...config,
      config: false,
      cwd: REPOSITORY,
      outDir,
      clean: false,
      dts: false,
      logLevel: 'silent',
      plugins: [config.plugins, cutting(cuts, open)]
    })
  }
  // A source that was changed since would be measured whole, under the name of a part.
  for (const { file, find } of open) throw new Error(`src/${file} has no ${JSON.stringify(find)}: bench/without.ts has to follow it`)
}

function cutting(cuts: readonly Cut[], open: Set<Cut>): Rolldown.Plugin {
  return {
    name: 'without-a-part',
    transform: {
      order: 'pre',
      handler(code, id) {
        const own = cuts.filter(({ file }) => id.replaceAll('\\', '/').endsWith(`/src/${file}`))
        const found = own.filter(({ find }) => code.includes(find))
        for (const each of found) open.delete(each)
        return found.length === 0 ? null : found.reduce((text, { find, put }) => text.replace(find, put), code)
      }
    }
  }
}
