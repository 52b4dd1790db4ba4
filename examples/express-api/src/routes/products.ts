import { Router } from 'express'
import { HttpError } from '../errors.ts'
import { findProduct, listProducts } from '../services/catalogue.ts'

const PAGE_SIZE = 20

export function productsRouter(catalogueFile: string): Router {
  const router = Router()

  router.get('/', (req, res) => {
    const { category, page = '1' } = req.query
    const products = listProducts(catalogueFile, typeof category === 'string' ? category : undefined)
    const start = (Number(page) - 1) * PAGE_SIZE
    res.json({ total: products.length, items: products.slice(start, start + PAGE_SIZE) })
  })

  router.get('/:sku', (req, res) => {
    const product = findProduct(catalogueFile, req.params.sku)
    if (!product) {
      throw new HttpError(404, `No product ${req.params.sku}`)
    }
    res.json(product)
  })

  return router
}
