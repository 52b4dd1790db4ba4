import { defineConfig } from 'oxlint'

/*
 * Import directions: probes see, session says whose it was, analysis says what it means, matchers and report show it; worker and main
 * process load nothing of each other. For each folder of src/: what it may import, why, and its files where they are more than the folder.
 */
const ROOMS: Record<string, { may: string[]; because: string; files?: string[] }> = {
  model: { may: [], because: 'Everything imports it; it imports nothing.', files: ['src/model/**', 'src/errors.ts', 'src/our-files.ts'] },
  config: { may: ['model', 'analysis'], because: 'Options import model and analysis only: both processes load them.' },
  protocol: { may: ['model'], because: 'What crosses between the processes imports model only.' },
  node: { may: ['model'], because: 'Small views of Node import model only: both processes load them.' },
  probes: { may: ['model', 'node'], because: 'Probes import node, model, errors and each other only.' },
  session: { may: ['model', 'node', 'probes', 'analysis'], because: 'Session imports probes, node, analysis and model only.' },
  analysis: { may: ['model'], because: 'Analysis imports model and errors only.' },
  matchers: {
    may: ['model', 'analysis', 'config', 'protocol'],
    because: 'Matchers import model, analysis, options and the running profiler: never probes or session.',
    files: ['src/matchers.ts', 'src/matchers/**']
  },
  report: { may: ['model', 'analysis'], because: 'Report imports model and analysis only.' },
  vitest: { may: [], because: '' },
  worker: { may: [], because: '' },
  reporter: { may: [], because: '' }
}
const ENTRIES = ['index', 'reporter', 'setup', 'test', 'worker', 'matchers', 'global-setup'].map((name) => `**/${name}.ts`)
const OWN_NAME = {
  group: ['vitest-async-profiler', 'vitest-async-profiler/**'],
  message: 'Within the package files are imported by their paths.'
}
const VITEST = ['vitest', 'vitest/**', '@vitest/**']
const NO_VITEST = { group: VITEST, message: "Only src/vitest/, the worker's side and the reporter's know Vitest." }

interface Restriction {
  group: string[]
  message: string
}

/** A folder at whatever depth: from beside it, and from below. */
const folder = (name: string): string[] => [`./${name}/**`, `../**/${name}/**`]

const restricted = (...patterns: Restriction[]): ['error', { patterns: Restriction[] }] => ['error', { patterns: [...patterns, OWN_NAME] }]

/** Globals that make a function give something else each time, or do something. */
const IMPURE = [
  'Date',
  'performance',
  'process',
  'global',
  'globalThis',
  'Buffer',
  'console',
  'fetch',
  'crypto',
  'require',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask'
]

function otherRooms(room: string): Restriction {
  const { may, because } = ROOMS[room]!
  const others = Object.keys(ROOMS).filter((name) => name !== room && name !== 'model' && !may.includes(name))
  return { group: [...others.flatMap(folder), ...ENTRIES], message: because }
}

/** A room whose files import nothing else; of what is not ours, at most what `more` leaves. */
const room = (name: string, more: Restriction = NO_VITEST) => ({
  files: ROOMS[name]!.files ?? [`src/${name}/**`],
  rules: { 'no-restricted-imports': restricted(otherRooms(name), more) }
})

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  categories: { correctness: 'error', suspicious: 'error' },
  env: { builtin: true, node: true },
  options: { denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['**/dist/**', '**/coverage/**', '**/node_modules/**', 'test/**/fixtures/**'],
  rules: {
    eqeqeq: 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-duplicates': 'error',
    'typescript/consistent-type-imports': ['error', { disallowTypeAnnotations: true }],
    'typescript/no-require-imports': 'error',
    'unicorn/prefer-node-protocol': 'error',
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
    // Vitest reads the parameters of fixtures: `async ({}, use) => …` is how one says 'needs nothing'.
    'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }],
    // Express 5 passes rejections of async handlers on.
    'oxc/no-async-endpoint-handlers': 'off',

    // Setup files and type augmentations are imported for what they do.
    'import/no-unassigned-import': 'off',
    // Its false positives are the usual shape of a closure that returns its own stop.
    'unicorn/consistent-function-scoping': 'off',
    'no-shadow': 'off',
    // Node's and Vitest's own internals are named so.
    'no-underscore-dangle': 'off',
    // A walk up the parents starts at `this`.
    'typescript/no-this-alias': 'off',
    // Cannot see through calls in the loop's body.
    'no-unmodified-loop-condition': 'off',
    // The plugin is a default and a named export of the same name, as the contract says; so are some dependencies.
    'import/no-named-as-default': 'off',
    'import/no-named-as-default-member': 'off',
    // Workers have no target origin; this rule is for browser windows.
    'unicorn/require-post-message-target-origin': 'off',
    // Node's own emitters (workers, ports, processes) are not DOM event targets.
    'unicorn/prefer-add-event-listener': 'off'
  },
  // A later override replaces the rule of an earlier one.
  overrides: [
    {
      files: ['src/**'],
      rules: {
        // One place writes: a stray console call in a worker would even be shown as the user's output.
        'no-console': 'error',
        'typescript/no-explicit-any': 'error'
      }
    },
    ...['model', 'config', 'protocol', 'node', 'probes', 'session'].map((name) => room(name)),
    {
      files: ['src/analysis/**'],
      rules: {
        'no-restricted-imports': restricted(otherRooms('analysis'), {
          group: ['node:*', 'node:*/**', ...VITEST],
          message: 'Analysis is pure: plain data in, plain data out, no Node and no Vitest.'
        }),
        'no-restricted-globals': ['error', ...IMPURE],
        'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Analysis is pure.' }]
      }
    },
    { files: ROOMS.matchers!.files!, rules: { 'no-restricted-imports': restricted(otherRooms('matchers')) } },
    room('report', {
      group: ['node:*', 'node:*/**', '!node:path', '!node:url', '!node:util', ...VITEST],
      message: 'An output is a pure function of Report: one place reads and writes, and that is the reporter.'
    }),
    {
      files: ['src/worker.ts', 'src/worker/**', 'src/vitest/worker/**', 'src/setup.ts', 'src/test.ts'],
      rules: {
        'no-restricted-imports': restricted(
          {
            group: [...folder('reporter'), ...folder('report'), '**/vitest/main/**', '**/index.ts', '**/reporter.ts'],
            message: 'A worker loads nothing of the main process: no report, reporter or index.'
          },
          { group: ['vitest/node', 'vitest/config'], message: 'A worker loads nothing of the main process.' }
        )
      }
    },
    {
      files: ['src/index.ts', 'src/global-setup.ts', 'src/reporter.ts', 'src/reporter/**', 'src/vitest/main/**'],
      rules: {
        'no-restricted-imports': restricted(
          {
            group: [...['probes', 'session', 'worker'].flatMap(folder), '**/vitest/worker/**', '**/setup.ts', '**/test.ts', '**/worker.ts'],
            message: 'The main process loads nothing of a worker: no probes, session, worker, setup or test.'
          },
          {
            group: ['vite', 'vite/**'],
            message: "Vite is Vitest's dependency, not ours: take its types from vitest/config or vitest/node."
          }
        )
      }
    },
    {
      files: ['test/**/*.test.ts'],
      plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'vitest'],
      rules: { 'vitest/no-focused-tests': 'error' }
    }
  ]
})
