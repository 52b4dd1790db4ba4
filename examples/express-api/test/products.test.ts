import { rm } from 'node:fs/promises'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../src/app.ts'
import { Database } from '../src/db.ts'
import { writeCatalogue } from './fixtures.ts'

let small: string
let full: string

beforeAll(async () => {
  small = await writeCatalogue(40)
  full = await writeCatalogue(110_000)
})

afterAll(async () => {
  await rm(small)
  await rm(full)
})

const appWith = (catalogueFile: string) => createApp({ db: new Database(), catalogueFile })

describe('GET /products', () => {
  test('lists one category', async () => {
    const res = await request(appWith(small)).get('/products').query({ category: 'garden' })
    expect(res.status).toBe(200)
    expect(res.body.total).toBe(10)
    expect(res.body.items[0]).toMatchObject({ sku: 'sku-2', category: 'garden' })
  })

  test('pages through the full catalogue', async () => {
    const res = await request(appWith(full)).get('/products').query({ page: 3 })
    expect(res.body.total).toBe(110_000)
    expect(res.body.items).toHaveLength(20)
    expect(res.body.items[0].sku).toBe('sku-40')
  })
})

test('GET /products/:sku answers 404 for an unknown product', async () => {
  const res = await request(appWith(small)).get('/products/sku-999')
  expect(res.status).toBe(404)
  expect(res.body).toEqual({ error: 'No product sku-999' })
})
