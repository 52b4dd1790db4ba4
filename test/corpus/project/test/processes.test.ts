import { exec, execFile, execFileSync, execSync } from 'node:child_process'
import { promisify } from 'node:util'
import { runTool } from 'heavy-dep'
import request from 'supertest'
import { beforeAll, describe, expect, test } from 'vitest'
import { app } from '../src/app.ts'
import { CLEAN } from '../src/settings.ts'
import { start, stop } from '../src/truth.ts'

const SLEEP = ['-e', 'setTimeout(() => {}, 150)']
const COMMAND = `"${process.execPath}" -e "setTimeout(() => {}, 150)"`

// Before the first one of a worker the profiler loads what finds its line, should it never return: that is measured around the call.
beforeAll(() => void execFileSync(process.execPath, ['--version']))

describe('child processes', () => {
  // EXPECT 6 exec: blocking-call sync-process in "child processes > execSync in the body" says "child_process.execSync"
  test('execSync in the body', () => {
    const from = start()
    const output = execSync(COMMAND) // BLAME exec
    stop('exec', from)
    expect(output).toHaveLength(0)
  })

  test('clean: exec in the body', CLEAN, async () => {
    const { stdout } = await promisify(exec)(COMMAND)
    expect(stdout).toBe('')
  })

  // EXPECT 6 spawn-handler: blocking-call sync-process in "child processes > spawnSync in a handler" request "GET /convert" says "node"
  test('spawnSync in a handler', async () => {
    await request(app).get('/convert').expect(200)
  })

  test('clean: spawn in a handler', CLEAN, async () => {
    await request(app).get('/convert-async').expect(200)
  })

  // EXPECT 6 dependency-process: blocking-call sync-process in "child processes > execFileSync in a dependency" dep says "node"
  test('execFileSync in a dependency', () => {
    const from = start()
    const output = runTool(SLEEP) // BLAME dependency-process
    stop('dependency-process', from)
    expect(output).toHaveLength(0)
  })

  test('clean: execFile', CLEAN, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, SLEEP)
    expect(stdout).toBe('')
  })
})
