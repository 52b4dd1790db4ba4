import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** Another build of the package, to be measured beside the repository's. */
export interface Build {
  name: string
  folder: string
}

export interface Settings {
  rounds: number
  /** Ids of the cases to run; empty is all. */
  only: string[]
  /** Folders of other projects, whose suites are run instead, or beside the cases that `only` names. */
  suites: string[]
  /** Option objects, each an extra row in every case. */
  withOptions: object[]
  builds: Build[]
  /** Parts of the plugin, each an extra row in every case: a build without it. */
  without: string[]
  /** Whether `detectAsyncLeaks` stands beside the plugin: it takes a minute in the case of many awaits. */
  leaks: boolean
  /** Whether all runs, those without the plugin, too, collect coverage by V8: `npm install --no-save @vitest/coverage-v8` comes first. */
  coverage: boolean
  /** Whether each run is a first one in CI, which remembers nothing; else one that is run again at a desk. */
  first: boolean
  /** Where to write the raw numbers. */
  json: string | undefined
}

const DEFAULT_ROUNDS = '5'

export function readSettings(args: string[]): Settings {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: DEFAULT_ROUNDS },
      only: { type: 'string', default: '' },
      with: { type: 'string', multiple: true, default: [] },
      without: { type: 'string', default: '' },
      build: { type: 'string', multiple: true, default: [] },
      suite: { type: 'string', multiple: true, default: [] },
      coverage: { type: 'boolean', default: false },
      'skip-leaks': { type: 'boolean', default: false },
      first: { type: 'boolean', default: false },
      json: { type: 'string' }
    }
  })
  const rounds = Number(values.rounds)
  const listOf = (names: string): string[] => names.split(',').filter((name) => name !== '')
  if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError(`--rounds must be a whole number from 1 on, got ${values.rounds}`)
  return {
    rounds,
    only: listOf(values.only),
    without: listOf(values.without),
    suites: values.suite.map((folder) => resolve(folder)),
    coverage: values.coverage,
    withOptions: values.with.map((text) => JSON.parse(text) as object),
    builds: values.build.map((folder) => ({ name: basename(resolve(folder)), folder: resolve(folder) })),
    leaks: !values['skip-leaks'],
    first: values.first,
    json: values.json
  }
}
