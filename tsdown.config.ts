import { basename } from 'node:path'
import { defineConfig, type Rolldown, type UserConfig } from 'tsdown'

const shared: UserConfig = {
  format: 'esm',
  platform: 'node',
  // Vitest reads the source text of hooks and fixtures for `{ destructured }` parameters. Node 22 knows all syntax we
  // write, so they arrive as written; a lower target would rewrite them and break the hooks.
  target: 'node22',
  // `.js`, as the exports map says, instead of tsdown's `.mjs`.
  fixedExtension: false,
  // Chunks keep their names from build to build, so that stacks and diffs of the package can be compared.
  hash: false,
  // package.json names the built files that have side effects, and the bundler takes every source file for one without:
  // `import './x.ts'` would be dropped.
  treeshake: { moduleSideEffects: (_id, external) => (external ? undefined : true) },
  dts: true,
  plugins: [keepBareTypeImports()],
  // Unminified code is its own map, and own frames are never shown.
  sourcemap: false,
  // Dependencies and Vitest stay imports; anything else from node_modules would be bundled, and that is an error.
  deps: { onlyBundle: [] },
  failOnWarn: true
}

const INTRINSICS_MODULE = 'virtual:intrinsics'
const INTRINSICS: Record<string, string[]> = {
  Object: [
    'assign',
    'defineProperty',
    'entries',
    'fromEntries',
    'getOwnPropertyDescriptor',
    'getOwnPropertyNames',
    'getOwnPropertySymbols',
    'getPrototypeOf',
    'hasOwn',
    'isExtensible',
    'keys',
    'values'
  ],
  Reflect: ['apply', 'defineProperty', 'deleteProperty'],
  Array: ['from', 'isArray'],
  Buffer: ['alloc', 'from', 'isBuffer'],
  JSON: ['stringify'],
  Math: ['ceil', 'floor', 'max', 'min', 'round'],
  Number: ['isFinite', 'isInteger', 'isSafeInteger', 'parseInt'],
  Map: ['groupBy']
}

export default defineConfig([
  { ...shared, entry: ['src/index.ts', 'src/global-setup.ts', 'src/test.ts', 'src/reporter.ts', 'src/matchers.ts'] },
  // One file for all that every worker loads, and one each for what it needs later, if at all: every module costs each of them a
  // millisecond. Vite transforms the setup file itself, so that stays two lines, and Node loads the others.
  inWorker({ worker: 'src/worker.ts' }, 'first'),
  inWorker({ later: 'src/session/later.ts' }, 'later'),
  inWorker({ assertions: 'src/matchers.ts' }, 'later'),
  inWorker({ 'test-options': 'src/config/test-options.ts' }, 'later'),
  { ...shared, entry: ['src/setup.ts'], deps: { ...shared.deps, neverBundle: [/worker/] }, clean: false }
])

/** Minified: half the bytes to read and parse, half a millisecond for each worker. Its frames are in no stack that is shown. */
function inWorker(entry: Record<string, string>, loaded: 'first' | 'later'): UserConfig {
  return {
    ...shared,
    entry,
    dts: false,
    clean: false,
    minify: true,
    plugins: [intrinsicsAsLoaded(loaded), clockAsLoaded(loaded)],
    inputOptions: { transform: { inject: injectIntrinsics() } }
  }
}

function injectIntrinsics(): Record<string, [string, string]> {
  const names = Object.entries(INTRINSICS).flatMap(([object, keys]) => keys.map((key) => ({ object, key })))
  return Object.fromEntries(names.map(({ object, key }) => [`${object}.${key}`, [INTRINSICS_MODULE, `${object}_${key}`]]))
}

/** Where the first file keeps them for those that are loaded when tests may have put spies in their places. */
const KEPT = "process[Symbol.for('vitest-async-profiler.kept')]"

/**
 * In what a worker runs `Object.keys` means the function that was there when the worker was loaded: a test's spy does not
 * count our calls, and a fake does not bend what we find.
 */
function intrinsicsAsLoaded(loaded: 'first' | 'later'): Rolldown.Plugin {
  return {
    name: 'intrinsics-as-loaded',
    resolveId: (id) => (id === INTRINSICS_MODULE ? id : null),
    load(id) {
      if (id !== INTRINSICS_MODULE) return null
      // Destructured: the names themselves would be replaced here, too.
      const objects = Object.entries(INTRINSICS)
      const kept = objects.map(([object, keys]) => `${object}: { ${keys.map((key) => `${key}: ${object}_${key}`).join(', ')} }`)
      return [
        ...objects.map(
          ([object, keys]) =>
            `export const { ${keys.map((key) => `${key}: ${object}_${key}`).join(', ')} } = ${loaded === 'first' ? object : `${KEPT}.${object}`}`
        ),
        ...(loaded === 'first'
          ? [`${KEPT} ?? Object_defineProperty(process, Symbol.for('vitest-async-profiler.kept'), { value: { ${kept.join(', ')} } })`]
          : [])
      ].join('\n')
    }
  }
}

const CLOCK = /[\\/]src[\\/]node[\\/]clock\.ts$/

/** The same of time and timers: a file that is loaded while a test has faked them would wait for the test's clock. */
function clockAsLoaded(loaded: 'first' | 'later'): Rolldown.Plugin {
  let found = false
  return {
    name: 'clock-as-loaded',
    buildEnd(error) {
      // Without it, spies and fakes of time in users' tests would see the profiler's calls.
      if (error === undefined && loaded === 'first' && !found) throw new Error(`tsdown.config.ts: no module is ${CLOCK}`)
    },
    transform(code, id) {
      if (!CLOCK.test(id)) return null
      found = true
      const names = [...code.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name).join(', ')
      return loaded === 'later' ? `export const { ${names} } = ${KEPT}.clock` : `${code}\n${KEPT}.clock ??= { ${names} }`
    }
  }
}

const OF_VITEST_4 = "declare module '@vitest/runner'"

/**
 * rolldown-plugin-dts 0.23 takes an import without names for one of its helpers and drops it from declarations
 * (`isHelperImport`: `[].every(…)` is true), and with `import './matchers/types.ts'` the matchers' types would go. It drops comments such
 * as `@ts-ignore`, too.
 */
function keepBareTypeImports(): Rolldown.Plugin {
  return {
    name: 'keep-bare-type-imports',
    renderChunk: {
      order: 'post',
      handler(code, chunk) {
        if (!chunk.fileName.endsWith('.d.ts')) return null
        const dropped = chunk.imports
          .filter((file) => file.endsWith('.d.ts'))
          .map((file) => `./${basename(file, '.d.ts')}.js`)
          .filter((specifier) => !code.includes(`"${specifier}"`))
        return (
          dropped.map((specifier) => `import "${specifier}";\n`).join('') +
          code.replace(OF_VITEST_4, `// @ts-ignore only Vitest 4.1 has it\n${OF_VITEST_4}`)
        )
      }
    }
  }
}
