import { expect, test } from 'vitest'
import { detailOf } from '../../../src/session/stalls/sync-log.ts'

test.each([
  ['fs.readFileSync', 'data/users.json', 'data/users.json'],
  ['fs.readFileSync', new URL('file:///app/users.json'), 'file:///app/users.json'],
  ['fs.readSync', 3, undefined],
  ['child_process.execFileSync', 'git', 'git'],
  ['child_process.execSync', 'git', 'git'],
  ['child_process.execSync', 'mysql -psecret', 'mysql …'],
  ['child_process.execSync', ' ./node_modules/.bin/tool --token=secret', './node_modules/.bin/tool …'],
  // Where the program stands in it only a shell could tell.
  ['child_process.execSync', 'TOKEN=secret tool', undefined],
  ['child_process.execSync', '"my secret" tool', undefined],
  ['child_process.execSync', '$(secret)', undefined],
  ['crypto.pbkdf2Sync', 'secret', undefined]
])('%s(%o) shows %o, and no argument of a command', (name, arg, shown) => {
  expect(detailOf(name, arg)).toBe(shown)
})
