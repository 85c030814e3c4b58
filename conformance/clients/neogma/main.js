// Does with neogma what a program does every day.
'use strict'

const { Neogma, ModelFactory } = require('neogma')

async function main () {
  const { DRAWBOLT_HOST, DRAWBOLT_PORT, DRAWBOLT_USER, DRAWBOLT_PASSWORD, DRAWBOLT_CA } = process.env
  const neogma = new Neogma({
    url: `bolt${DRAWBOLT_CA ? '+ssc' : ''}://${DRAWBOLT_HOST}:${DRAWBOLT_PORT}`,
    username: DRAWBOLT_USER,
    password: DRAWBOLT_PASSWORD
  })
  const step = async (name, run) => console.log(`${name}: ${await run().catch(e => 'failed: ' + e.message)}`)
  const text = { type: 'string', required: true }
  const Book = ModelFactory({ label: 'Book', schema: { title: text }, primaryKeyField: 'title' }, neogma)
  const Writer = ModelFactory({
    label: 'Writer',
    schema: { name: text, born: { type: 'number' } },
    primaryKeyField: 'name',
    relationships: { books: { model: Book, direction: 'out', name: 'WROTE' } }
  }, neogma)
  await step('connect', () => neogma.verifyConnectivity().then(() => 'ok'))
  await step('create', async () => (await Writer.createOne({ name: 'Ada', born: 1815, books: { properties: [{ title: 'Notes' }] } })).name)
  await step('find', async () => (await Writer.findOne({ where: { name: 'Ada' } })).born)
  await step('related', async () => (await Writer.findRelationships({ alias: 'books', where: { source: { name: 'Ada' } } }))
    .map(r => r.target.title).join())
  await step('update', async () => {
    const ada = await Writer.findOne({ where: { name: 'Ada' } })
    ada.born = 1816
    await ada.save()
    return (await Writer.findOne({ where: { name: 'Ada' } })).born
  })
  await step('delete', async () => [await Writer.delete({ where: { name: 'Ada' }, detach: true }), await Book.delete({ where: {}, detach: true })].join())
  await neogma.driver.close()
}

main()
