import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Order, User } from '../src/db.ts'
import type { Product } from '../src/services/catalogue.ts'

export const ada = {
  id: 'user-ada',
  email: 'ada@example.com',
  password: 'analytical engine',
  passwordHash:
    'a3f19c5e7b204d8896e1c0fd52b7346a:4963ce84f2d5279c878349c4b0d6f9b81b6911b5fcf411dcf8e4309d8ddc285bcab21fa6723b1efb90a3c6f40e06741e6a61be375ba262cfa9b8bb5e436b6e10'
}

export const adaRow: User = { id: ada.id, email: ada.email, passwordHash: ada.passwordHash }

export function orderRows(count: number): Order[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `order-${index}`,
    userId: ada.id,
    total: 5 + (index % 95),
    placedAt: new Date(Date.UTC(2025, 0, 1) + ((index * 7_919) % 525_600) * 60_000).toISOString()
  }))
}

/** Writes a catalogue of `count` products in small chunks, and gives its path. */
export async function writeCatalogue(count: number): Promise<string> {
  const file = join(tmpdir(), `catalogue-${process.pid}-${count}.json`)
  await writeFile(file, catalogueJson(count))
  return file
}

function* catalogueJson(count: number): Generator<string> {
  const chunk = 200
  for (let start = 0; start < count; start += chunk) {
    const products = Array.from({ length: Math.min(chunk, count - start) }, (_, index) => product(start + index))
    yield (start === 0 ? '[' : ',') + JSON.stringify(products).slice(1, -1)
  }
  yield ']'
}

const categories = ['books', 'games', 'garden', 'kitchen']

function product(index: number): Product {
  return {
    sku: `sku-${index}`,
    name: `Product ${index}`,
    category: categories[index % categories.length] ?? 'books',
    price: 1 + (index % 500) / 4,
    description: `The ${index}th thing we sell, made of oiled oak and brass, delivered in a plain box.`,
    tags: ['oak', 'brass', `batch-${index % 97}`],
    stock: { berlin: index % 7, lyon: index % 11, porto: index % 13 }
  }
}
