import { spawnSync } from 'node:child_process'
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeEach, expect, test } from 'vitest'
import { openOwned } from '../../src/node/owned-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vap-owned-'))
  return () => rmSync(folder, { recursive: true, force: true })
})

test('is ours until somebody closes it, and then never again', () => {
  const file = openOwned(join(folder, 'ours'), 'w')
  expect(file.isOurs()).toBe(true)
  closeSync(file.fd)
  expect(file.isOurs()).toBe(false)
  const theirs = openSync(join(folder, 'theirs'), 'w')
  expect(theirs).toBe(file.fd)
  expect(file.isOurs()).toBe(false)
  file.close()
  expect(fstatSync(theirs).isFile()).toBe(true)
  closeSync(theirs)
})

test('closes what is ours', () => {
  const file = openOwned(join(folder, 'ours'), 'w')
  file.close()
  expect(() => fstatSync(file.fd)).toThrow('EBADF')
})

test('leaves the numbers of the standard streams to who has closed those', () => {
  const script = `
    import { closeSync, openSync } from 'node:fs'
    import { openOwned } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../src/node/owned-file.ts')).href)}
    for (const fd of [0, 1]) closeSync(fd)
    const file = openOwned(${JSON.stringify(join(folder, 'ours'))}, 'w')
    const theirs = [openSync('/dev/null'), openSync('/dev/null')]
    process.stderr.write(JSON.stringify({ ours: file.fd > 2, theirs }))
  `
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(stderr).toBe('{"ours":true,"theirs":[0,1]}')
})
