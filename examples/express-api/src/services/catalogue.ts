import { readFileSync } from 'node:fs'

export interface Product {
  sku: string
  name: string
  category: string
  price: number
  description: string
  tags: string[]
  stock: Record<string, number>
}

export function listProducts(catalogueFile: string, category?: string): Product[] {
  const products = loadCatalogue(catalogueFile)
  return category === undefined ? products : products.filter((product) => product.category === category)
}

export function findProduct(catalogueFile: string, sku: string): Product | undefined {
  return loadCatalogue(catalogueFile).find((product) => product.sku === sku)
}

function loadCatalogue(catalogueFile: string): Product[] {
  return JSON.parse(readFileSync(catalogueFile, 'utf8')) as Product[]
}
