import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream, watch } from 'node:fs'
import { type FileHandle, open, watch as changes } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { finished } from 'node:stream/promises'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { startWorker } from 'leaky-dep'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { app } from '../../src/service.ts'
import { CLEAN } from '../../src/settings.ts'

describe('streams of files', () => {
  // EXPECT 53 read-stream: leaked-resource in "streams of files > never consumed" says "file"
  test('never consumed', async () => {
    const stream = createReadStream('package.json') // BLAME read-stream
    await once(stream, 'open')
    expect(stream.pending).toBe(false)
  })

  test('clean: consumed', CLEAN, async () => {
    expect(await text(createReadStream('package.json'))).toContain('corpus')
  })

  test('clean: destroyed', CLEAN, async () => {
    const stream = createReadStream('package.json')
    await once(stream, 'open')
    stream.destroy()
  })

  // EXPECT 53 write-stream: leaked-resource in "streams of files > never ended" says "file"
  test('never ended', async () => {
    const log = createWriteStream('audit.log') // BLAME write-stream
    log.write('signed up\n')
    await once(log, 'open')
    expect(log.writableEnded).toBe(false)
  })

  test('clean: ended', CLEAN, async () => {
    const log = createWriteStream('audit-mended.log')
    log.write('signed up\n')
    log.end()
    await finished(log)
    expect(log.closed).toBe(true)
  })

  // EXPECT 53 stream-handler: leaked-resource in "streams of files > never consumed, in a handler" request "GET /preview" says "file"
  test('never consumed, in a handler', async () => {
    await request(app).get('/preview').expect(200)
  })

  test('clean: consumed, in a handler', CLEAN, async () => {
    await request(app).get('/preview-mended').expect(200)
  })
})

/** Node closes those that nobody has any more. */
const opened: FileHandle[] = []

describe('file handles', () => {
  // EXPECT 56 file-handle: leaked-resource in "file handles > never closed" says "file"
  test('never closed', async () => {
    const file = await open('package.json') // BLAME file-handle
    opened.push(file)
    expect(await file.readFile('utf8')).toContain('corpus')
  })

  test('clean: closed', CLEAN, async () => {
    await using file = await open('package.json')
    expect(await file.readFile('utf8')).toContain('corpus')
  })

  // EXPECT 56 handle-handler: leaked-resource in "file handles > never closed, in a handler" request "GET /size" says "file"
  test('never closed, in a handler', async () => {
    await request(app).get('/size').expect(200)
  })

  test('clean: closed, in a handler', CLEAN, async () => {
    await request(app).get('/size-mended').expect(200)
  })
})

describe('watchers', () => {
  // EXPECT 56 watcher: leaked-resource in "watchers > never closed" says "fs.watch"
  test('never closed', () => {
    const watcher = watch('src') // BLAME watcher
    expect(watcher.listenerCount('change')).toBe(0)
  })

  test('clean: closed', CLEAN, () => {
    const watcher = watch('src')
    watcher.close()
    expect(watcher.listenerCount('change')).toBe(0)
  })

  // EXPECT 56 watch-loop: leaked-resource in "watchers > a loop that goes on"
  test('a loop that goes on', () => {
    const reload = async (): Promise<void> => {
      for await (const { filename } of changes('src')) expect(filename).toBeTypeOf('string') // BLAME watch-loop
    }
    void reload()
  })

  test('clean: a loop that is aborted', CLEAN, async () => {
    const abort = new AbortController()
    const reload = async (): Promise<void> => {
      for await (const { filename } of changes('src', { signal: abort.signal })) expect(filename).toBeTypeOf('string')
    }
    const reloading = reload().catch(() => 'aborted')
    abort.abort()
    expect(await reloading).toBe('aborted')
  })
})

describe('ports', () => {
  // EXPECT 56 port: leaked-resource in "ports > that are listened to" says "MessagePort"
  test('that are listened to', async () => {
    const { port1, port2 } = new MessageChannel() // BLAME port
    expect(await firstOf(port1, port2)).toEqual(['hello'])
    port1.on('message', () => {})
  })

  test('clean: that are closed', CLEAN, async () => {
    const { port1, port2 } = new MessageChannel()
    expect(await firstOf(port1, port2)).toEqual(['hello'])
    port1.on('message', () => {})
    port1.close()
  })

  test('clean: that nobody listens to', CLEAN, async () => {
    const { port1, port2 } = new MessageChannel()
    expect(await firstOf(port1, port2)).toEqual(['hello'])
  })
})

function firstOf(port: MessagePort, other: MessagePort): Promise<unknown[]> {
  other.postMessage('hello')
  return once(port, 'message')
}

const WAITS = `require('node:worker_threads').parentPort.on('message', () => {})`

describe('workers', () => {
  // EXPECT 56 worker: leaked-resource in "workers > never ended" says "Worker"
  test('never ended', async () => {
    const worker = new Worker(WAITS, { eval: true }) // BLAME worker
    await once(worker, 'online')
    expect(worker.threadId).toBeGreaterThan(0)
  })

  test('clean: terminated', CLEAN, async () => {
    const worker = new Worker(WAITS, { eval: true })
    await once(worker, 'online')
    await worker.terminate()
  })

  // EXPECT 56 worker-dependency: leaked-resource in "workers > of a dependency" dep says "Worker"
  test('of a dependency', async () => {
    await once(startWorker(), 'online') // BLAME worker-dependency
  })

  test('clean: of a dependency', CLEAN, async () => {
    const worker = startWorker()
    await once(worker, 'online')
    worker.unref()
  })
})

/** It ends when nobody is left to write to it. */
const TOOL = ['-e', 'process.stdin.resume()']

describe('child processes', () => {
  // EXPECT 56 child: leaked-resource in "child processes > never ended" says "child process"
  test('never ended', async () => {
    const tool = spawn(process.execPath, TOOL, { stdio: ['pipe', 'ignore', 'ignore'] }) // BLAME child
    await once(tool, 'spawn')
    expect(tool.exitCode).toBeNull()
  })

  test('clean: killed', CLEAN, async () => {
    const tool = spawn(process.execPath, TOOL, { stdio: ['pipe', 'ignore', 'ignore'] })
    await once(tool, 'spawn')
    tool.kill()
    await once(tool, 'exit')
    expect(tool.signalCode).toBe('SIGTERM')
  })

  // EXPECT 56 child-handler: leaked-resource in "child processes > never ended, in a handler" request "POST /thumbnail" says "child process"
  test('never ended, in a handler', async () => {
    await request(app).post('/thumbnail').expect(200)
  })

  test('clean: ended, in a handler', CLEAN, async () => {
    await request(app).post('/thumbnail-mended').expect(200, { code: 0 })
  })
})
