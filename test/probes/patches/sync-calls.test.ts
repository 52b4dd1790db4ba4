import { execFile } from 'node:child_process'
import * as childProcess from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { SyncApi } from '../../../src/probes/patches/sync-apis.ts'
import { startSyncCalls, type SyncCalls } from '../../../src/probes/patches/sync-calls.ts'

const ORIGINALS = { ...fs }
let folder: string

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'vap-sync-'))
  fs.mkdirSync(join(folder, 'from/deep'), { recursive: true })
  fs.writeFileSync(join(folder, 'from/a.txt'), 'a')
  fs.writeFileSync(join(folder, 'from/deep/b.txt'), 'b')
})
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

interface Call {
  api: SyncApi
  args: unknown[]
  owner: string
  startMs: number
  endMs: number
}

interface Watch extends SyncCalls {
  calls: Call[]
  names(): string[]
  /** Runs `work` as somebody's. */
  as<T>(owner: string, work: () => T): T
}

function watch(): Watch {
  let owner: string | undefined
  const calls: Call[] = []
  const started = startSyncCalls<string>(
    () => owner,
    (api, args, owner, startMs, endMs) => void calls.push({ api, args, owner, startMs, endMs })
  )
  started.refresh()
  onTestFinished(started.stop)
  return {
    ...started,
    calls,
    names: () => calls.map(({ api }) => api.name),
    as(who, work) {
      owner = who
      try {
        return work()
      } finally {
        owner = undefined
      }
    }
  }
}

test('a call is told with its API, arguments, owner and times', () => {
  const { calls, as } = watch()
  const path = join(folder, 'from/a.txt')
  const before = performance.now()
  const text = as('a test', () => fs.readFileSync(path, 'utf8'))
  const after = performance.now()
  expect(text).toBe('a')
  expect(calls).toHaveLength(1)
  const [{ api, args, owner, startMs, endMs }] = calls as [Call]
  expect({ name: api.name, kind: api.kind, args, owner }).toEqual({
    name: 'fs.readFileSync',
    kind: 'sync-io',
    args: [path, 'utf8'],
    owner: 'a test'
  })
  expect([before, startMs, endMs, after].toSorted((a, b) => a - b)).toEqual([before, startMs, endMs, after])
})

test('one that throws is told, too', () => {
  const { names, as } = watch()
  expect(() => as('a test', () => fs.readFileSync('/no/such/file'))).toThrow('ENOENT')
  expect(names()).toEqual(['fs.readFileSync'])
})

describe('what counts', () => {
  test.each<[string, string, () => unknown]>([
    ['fs.statSync', 'sync-io', () => fs.statSync('.')],
    ['fs.existsSync', 'sync-io', () => fs.existsSync('.')],
    ['fs.writeFileSync', 'sync-io', () => fs.writeFileSync(join(folder, 'new'), '')],
    ['child_process.execSync', 'sync-process', () => childProcess.execSync('true', { stdio: 'ignore' })],
    ['child_process.execFileSync', 'sync-process', () => childProcess.execFileSync(process.execPath, ['--version'])],
    ['child_process.spawnSync', 'sync-process', () => childProcess.spawnSync(process.execPath, ['--version'])],
    ['zlib.gzipSync', 'sync-zlib', () => zlib.gzipSync('text')],
    ['zlib.brotliCompressSync', 'sync-zlib', () => zlib.brotliCompressSync('text')],
    ['crypto.pbkdf2Sync', 'sync-crypto', () => crypto.pbkdf2Sync('a', 'b', 1, 8, 'sha1')],
    ['crypto.scryptSync', 'sync-crypto', () => crypto.scryptSync('a', 'b', 8)],
    ['crypto.generateKeyPairSync', 'sync-crypto', () => crypto.generateKeyPairSync('ed25519')],
    ['crypto.randomBytes', 'sync-crypto', () => crypto.randomBytes(1_000_000)],
    ['crypto.randomFillSync', 'sync-crypto', () => crypto.randomFillSync(Buffer.alloc(1_000_000))]
  ])('%s', (name, kind, work) => {
    const { calls, as } = watch()
    as('a test', work)
    expect(calls.map(({ api }) => [api.name, api.kind])).toEqual([[name, kind]])
  })

  test('Atomics.wait of a global object, until its undo', () => {
    const { names, as, patchGlobal } = watch()
    const { wait } = Atomics
    const undo = patchGlobal(globalThis)
    const sleep = (): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    expect(as('a test', sleep)).toBe('timed-out')
    expect(names()).toEqual(['Atomics.wait'])
    undo()
    expect(Atomics.wait).toBe(wait)
    as('a test', sleep)
    expect(names()).toEqual(['Atomics.wait'])
  })

  test('the methods of node:sqlite', async () => {
    const { DatabaseSync } = await import('node:sqlite')
    const { names, as } = watch()
    as('a test', () => {
      const database = new DatabaseSync(':memory:')
      database.exec('create table t (a)')
      database.prepare('insert into t values (?)').run(1)
      expect(database.prepare('select a from t').all()).toEqual([{ a: 1 }])
      database.close()
    })
    expect(names()).toEqual(['DatabaseSync.exec', 'DatabaseSync.prepare', 'StatementSync.run', 'DatabaseSync.prepare', 'StatementSync.all'])
  })
})

describe('what does not count', () => {
  test.each<[string, () => unknown]>([
    ['few random bytes', () => crypto.randomBytes(16)],
    ['few random bytes into a buffer', () => crypto.randomFillSync(Buffer.alloc(16))],
    ['few random bytes into a part of a big buffer', () => crypto.randomFillSync(Buffer.alloc(1_000_000), 0, 16)],
    ['hashes', () => crypto.createHash('sha256').update('a').digest('hex')],
    ['timers', () => clearTimeout(setTimeout(() => {}, 1))]
  ])('%s', (_name, work) => {
    const { names, as } = watch()
    as('a test', work)
    expect(names()).toEqual([])
  })

  test('the async forms', async () => {
    const { names, as } = watch()
    const bytes = await as('a test', () => promisify(crypto.randomBytes)(1_000_000))
    const withCallback = await as(
      'a test',
      () =>
        new Promise<number>((resolve, reject) => {
          crypto.randomBytes(1_000_000, (error, buffer) => (error ? reject(error) : resolve(buffer.length)))
        })
    )
    await as('a test', () => fs.promises.readFile(join(folder, 'from/a.txt')))
    await as('a test', () => promisify(fs.readFile)(join(folder, 'from/a.txt')))
    await as('a test', () => promisify(zlib.gzip)('text'))
    await as('a test', () => promisify(crypto.pbkdf2)('a', 'b', 1, 8, 'sha1'))
    expect([bytes.length, withCallback]).toEqual([1_000_000, 1_000_000])
    expect(names()).toEqual([])
  })

  test("calls outside of an owner's work", () => {
    const { names, as } = watch()
    fs.statSync('.')
    expect(names()).toEqual([])
    as('a test', () => fs.statSync('.'))
    expect(names()).toEqual(['fs.statSync'])
  })
})

describe('one inside another is part of it', () => {
  test('fs.cpSync with a filter that reads', () => {
    const { names, as } = watch()
    const filtered: string[] = []
    as('a test', () =>
      fs.cpSync(join(folder, 'from'), join(folder, 'to'), {
        recursive: true,
        filter(source) {
          filtered.push(source)
          return fs.existsSync(source)
        }
      })
    )
    expect(filtered.length).toBeGreaterThan(3)
    expect(fs.readFileSync(join(folder, 'to/deep/b.txt'), 'utf8')).toBe('b')
    expect(names()).toEqual(['fs.cpSync'])
    as('a test', () => fs.existsSync(folder))
    expect(names()).toEqual(['fs.cpSync', 'fs.existsSync'])
  })

  test('fs.rmSync of a folder', () => {
    const { names, as } = watch()
    as('a test', () => fs.rmSync(join(folder, 'from'), { recursive: true }))
    expect(fs.existsSync(join(folder, 'from'))).toBe(false)
    expect(names()).toEqual(['fs.rmSync'])
  })

  test('after one that throws from inside, the next is told', () => {
    const { names, as } = watch()
    const filter = (): boolean => {
      fs.statSync('.')
      throw new Error('from the filter')
    }
    expect(() => as('a test', () => fs.cpSync(join(folder, 'from'), join(folder, 'to'), { recursive: true, filter }))).toThrow(
      'from the filter'
    )
    as('a test', () => fs.statSync('.'))
    expect(names()).toEqual(['fs.cpSync', 'fs.statSync'])
  })
})

describe('stop', () => {
  test('puts everything back, named imports included', async () => {
    const esm = await import('node:fs')
    const { stop, as, names } = watch()
    expect(fs.readFileSync).not.toBe(ORIGINALS.readFileSync)
    expect(esm.readFileSync).toBe(fs.readFileSync)
    expect(esm.default).toBe(fs)
    as('a test', () => esm.statSync('.'))
    expect(names()).toEqual(['fs.statSync'])
    stop()
    expect({ ...fs }).toEqual(ORIGINALS)
    expect(fs.readFileSync).toBe(ORIGINALS.readFileSync)
    expect(esm.readFileSync).toBe(ORIGINALS.readFileSync)
    as('a test', () => esm.statSync('.'))
    expect(names()).toEqual(['fs.statSync'])
  })

  test('in the middle of a call: it is told, and nothing else breaks', () => {
    const { stop, as, names } = watch()
    let stopped = false
    as('a test', () =>
      fs.cpSync(join(folder, 'from'), join(folder, 'to'), {
        recursive: true,
        filter() {
          if (!stopped) stop()
          stopped = true
          return fs.existsSync(folder)
        }
      })
    )
    expect(stopped).toBe(true)
    expect(names()).toEqual(['fs.cpSync'])
    expect(fs.readFileSync(join(folder, 'to/deep/b.txt'), 'utf8')).toBe('b')
    expect(fs.cpSync).toBe(ORIGINALS.cpSync)
    as('a test', () => fs.statSync('.'))
    expect(names()).toEqual(['fs.cpSync'])
    const next = watch()
    next.as('another', () => fs.statSync('.'))
    expect(next.names()).toEqual(['fs.statSync'])
  })

  test('while somebody else has wrapped ours: theirs stays, and nothing is told', () => {
    const { stop, as, names } = watch()
    const ours = fs.statSync
    const theirs = ((...args: Parameters<typeof fs.statSync>) => ours(...args)) as typeof fs.statSync
    Object.assign(fs, { statSync: theirs })
    onTestFinished(() => void Object.assign(fs, { statSync: ORIGINALS.statSync }))
    as('a test', () => fs.statSync('.'))
    expect(names()).toEqual(['fs.statSync'])
    stop()
    expect(fs.statSync).toBe(theirs)
    expect(as('a test', () => fs.statSync('.')).isDirectory()).toBe(true)
    expect(names()).toEqual(['fs.statSync'])
  })

  test('two at once, stopped in either order', () => {
    for (const first of [0, 1] as const) {
      const both = [watch(), watch()] as const
      for (const each of both) each.as('a test', () => fs.statSync('.'))
      expect(both.map(({ names }) => names())).toEqual([['fs.statSync'], ['fs.statSync']])
      both[first].stop()
      const left = both[1 - first]!
      both[first].as('a test', () => fs.statSync('.'))
      left.as('a test', () => fs.statSync('.'))
      left.stop()
      expect(both[first].names()).toEqual(['fs.statSync'])
      expect(left.names()).toEqual(['fs.statSync', 'fs.statSync'])
    }
  })
})

describe('in a process of its own', () => {
  const SOURCE = new URL('../../../src/probes/patches/sync-calls.ts', import.meta.url).href
  /** Runs a module that sees `probe`, `told` and `as`, and gives what it prints as JSON. */
  async function run(body: string, head = ''): Promise<unknown> {
    const code = `${head}
      import { startSyncCalls } from ${JSON.stringify(SOURCE)}
      let owner
      const told = []
      const probe = startSyncCalls(() => owner, (api) => told.push(api.name))
      const as = (work) => { owner = 'me'; try { return work() } finally { owner = undefined } }
      ${body}`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--no-warnings', '--eval', code])
    return JSON.parse(stdout) as unknown
  }

  test('named imports see the patch, and then the original again', async () => {
    const seen = await run(
      `const original = readFileSync
      probe.refresh()
      const patched = readFileSync !== original && readFileSync === fs.readFileSync
      as(() => readFileSync(process.execPath).length)
      as(() => exists('.'))
      probe.stop()
      as(() => readFileSync(process.execPath))
      console.log(JSON.stringify({ patched, restored: readFileSync === original && fs.readFileSync === original, told }))`,
      `import fs, { readFileSync, existsSync as exists } from 'node:fs'`
    )
    expect(seen).toEqual({ patched: true, restored: true, told: ['fs.readFileSync', 'fs.existsSync'] })
  })

  test('modules that load later are patched by refresh()', async () => {
    const seen = await run(
      `const loaded = (name) => process.moduleLoadList.includes('NativeModule ' + name)
      probe.refresh()
      const before = { zlib: loaded('zlib'), child_process: loaded('child_process'), sqlite: loaded('sqlite') }
      const { gzipSync } = await import('node:zlib')
      const zlib = await import('node:zlib')
      const original = zlib.gzipSync
      as(() => zlib.gzipSync('a'))
      probe.refresh()
      as(() => zlib.gzipSync('a'))
      process.getBuiltinModule('node:child_process')
      process.getBuiltinModule('node:sqlite')
      probe.refresh()
      probe.refresh()
      as(() => process.getBuiltinModule('node:child_process').spawnSync(process.execPath, ['--version']))
      as(() => new (process.getBuiltinModule('node:sqlite').DatabaseSync)(':memory:').exec('select 1'))
      probe.stop()
      console.log(JSON.stringify({ before, told, restored: zlib.gzipSync === original && gzipSync === original }))`
    )
    expect(seen).toEqual({
      before: { zlib: false, child_process: false, sqlite: false },
      told: ['zlib.gzipSync', 'child_process.spawnSync', 'DatabaseSync.exec'],
      restored: true
    })
  })

  test('it loads no module by itself', async () => {
    const seen = await run(`
      const before = process.moduleLoadList.length
      probe.refresh()
      const fresh = process.moduleLoadList.slice(before)
      console.log(JSON.stringify(fresh.filter((name) => /^NativeModule (?!internal)/.test(name))))`)
    expect(seen).toEqual([])
  })
})
