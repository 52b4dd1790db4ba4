import { Router, type Request, type Response } from 'express'
import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

/** Handlers that open something. */
export const uploads = Router()

/** Where `/status` looks; the last answer is kept, for its headers. */
export const upstream: { url: string; last?: globalThis.Response } = { url: '' }

uploads.get('/status', async (_request: Request, response: Response): Promise<void> => {
  upstream.last = await fetch(upstream.url) // BLAME fetch-handler
  response.json({ status: upstream.last.status })
})

uploads.get('/status-mended', async (_request: Request, response: Response): Promise<void> => {
  const { status, body } = await fetch(upstream.url)
  await body?.cancel()
  response.json({ status })
})

uploads.get('/preview', (_request: Request, response: Response): void => {
  const file = createReadStream('package.json') // BLAME stream-handler
  file.once('open', () => void response.json({ path: file.path }))
})

uploads.get('/preview-mended', (_request: Request, response: Response): void => {
  createReadStream('package.json').pipe(response)
})

const opened: FileHandle[] = []

uploads.get('/size', async (_request: Request, response: Response): Promise<void> => {
  const file = await open('package.json') // BLAME handle-handler
  opened.push(file)
  response.json({ size: (await file.stat()).size })
})

uploads.get('/size-mended', async (_request: Request, response: Response): Promise<void> => {
  const file = await open('package.json')
  try {
    response.json({ size: (await file.stat()).size })
  } finally {
    await file.close()
  }
})

/** It ends when nobody is left to write to it. */
const TOOL = ['-e', 'process.stdin.resume()']

uploads.post('/thumbnail', (_request: Request, response: Response): void => {
  const tool = spawn(process.execPath, TOOL, { stdio: ['pipe', 'ignore', 'ignore'] }) // BLAME child-handler
  tool.once('spawn', () => void response.json({ pid: tool.pid }))
})

uploads.post('/thumbnail-mended', (_request: Request, response: Response): void => {
  const tool = spawn(process.execPath, TOOL, { stdio: ['pipe', 'ignore', 'ignore'] })
  tool.stdin.end()
  tool.once('exit', (code) => void response.json({ code }))
})
