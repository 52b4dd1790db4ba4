import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, inject, test } from 'vitest'
import { MAJORS, type Major, REPOSITORY, sandboxOf } from './harness/sandbox.ts'

const CONFIG = `
import { defineConfig } from 'vitest/config'
import asyncProfiler, { asyncProfiler as named, type Finding, type Options, type Report } from 'vitest-async-profiler'
export const options: Options = { backend: 'auto', budgets: { maxLag: 50 }, rules: { 'blocking-call': 'error' } }
export const of = (report: Report): Finding[] => report.findings
export default defineConfig({ plugins: [asyncProfiler(options), named()] })
`

/** One import of any entry is enough for the matchers' types. */
const TEST = (entry: string): string => `
import '${entry}'
import { expect, test } from 'vitest'
test('types', { meta: { asyncProfiler: { blockingThreshold: 20, rules: { 'blocking-call': 'off' } } } }, async () => {
  expect({}).toHaveNoBlockingCalls()
  expect({}).not.toHaveNoBlockingCalls({ threshold: 20, kinds: ['cpu', 'gc'] })
  expect.soft({}).toCompleteWithinLag(20)
  expect({}).toCompleteWithinLag({ p95: 5, scope: 'loop' })
  await expect(async () => {}).toStayWithinConcurrency(2)
  // @ts-expect-error no such kind
  expect({}).toHaveNoBlockingCalls({ kinds: ['slow'] })
  // @ts-expect-error no such option
  expect({}).toCompleteWithinLag({ median: 3 })
  // @ts-expect-error a count is needed
  expect({}).toStayWithinConcurrency()
})
`

const PROFILE = `
import { type AsyncProfile, currentProfile, profile, profileRequests, toServerTiming } from 'vitest-async-profiler/test'
class App {
  fetch = async (request: Request): Promise<Response> => new Response(request.url)
}
export const app: App = profileRequests(new App())
export const answer: (request: Request, more?: number) => Response = profileRequests((request: Request, more = 1) => new Response(request.url + more))
// @ts-expect-error a function stays what it is
export const other: (request: string) => number = profileRequests((request: Request) => new Response(request.url))
export async function use(): Promise<string> {
  const { result, blockingCalls, ...rest } = await profile(async () => 1)
  const count: number = result + blockingCalls.length
  const now: AsyncProfile = currentProfile()
  // @ts-expect-error profile() gives the function's own result
  const wrong: string = result
  return toServerTiming(now) + count + wrong + rest.scope.name
}
`

/** What the compiler says of a project that uses the installed package; nothing where all is right. */
function compile(major: Major, files: Record<string, string>, skipLibCheck = true): string {
  const root = mkdtempSync(join(sandboxOf(inject('sandbox'), major), 'types-'))
  mkdirSync(join(root, 'node_modules'))
  symlinkSync(join(REPOSITORY, 'node_modules/@types'), join(root, 'node_modules/@types'), 'junction')
  for (const [path, text] of Object.entries({ ...files, 'package.json': '{ "type": "module" }' })) writeFileSync(join(root, path), text)
  const options = { ...OPTIONS, skipLibCheck, typeRoots: [join(root, 'node_modules/@types')] }
  const host = ts.createCompilerHost(options)
  const read = host.getSourceFile.bind(host)
  host.getSourceFile = (path, ...how) => parsed.get(path) ?? keep(path, read(path, ...how))
  host.getCurrentDirectory = () => root
  const program = ts.createProgram(
    Object.keys(files).map((path) => join(root, path)),
    options,
    host
  )
  return ts.formatDiagnostics(ts.getPreEmitDiagnostics(program), host)
}

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  strict: true,
  noEmit: true,
  types: ['node']
}

/** Declarations of what is installed are the same for all projects, and most of the work. */
const parsed = new Map<string, ts.SourceFile>()

function keep(path: string, file: ts.SourceFile | undefined): ts.SourceFile | undefined {
  if (file !== undefined && path.includes('/node_modules/')) parsed.set(path, file)
  return file
}

describe.each(MAJORS)('vitest %i', (major) => {
  test('the config and the report', () => {
    expect(compile(major, { 'vitest.config.ts': CONFIG })).toBe('')
  })

  test.each(['vitest-async-profiler', 'vitest-async-profiler/test', 'vitest-async-profiler/matchers'])(
    'matchers and meta by %s',
    (entry) => {
      expect(compile(major, { 'types.test.ts': TEST(entry) })).toBe('')
    }
  )

  test('our declarations have no error of their own', () => {
    const told = compile(major, { 'vitest.config.ts': CONFIG, 'types.test.ts': TEST('vitest-async-profiler') }, false)
    expect(told.split('\n').filter((line) => line.includes('vitest-async-profiler'))).toEqual([])
  })

  test('profiles', () => {
    expect(compile(major, { 'profile.ts': PROFILE })).toBe('')
  })

  test('without an import there are no matchers', () => {
    expect(compile(major, { 'types.test.ts': TEST('node:path') })).toContain("Property 'toHaveNoBlockingCalls' does not exist")
  })
})
