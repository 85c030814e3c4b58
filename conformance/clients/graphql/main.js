// Answers GraphQL queries and mutations with @neo4j/graphql.
'use strict'

const { graphql } = require('graphql')
const { Neo4jGraphQL } = require('@neo4j/graphql')
const neo4j = require('neo4j-driver')

const typeDefs = `
  type Writer @node { name: String! born: Int books: [Book!]! @relationship(type: "WROTE", direction: OUT) }
  type Book @node { title: String! }
`

async function main () {
  const { DRAWBOLT_HOST, DRAWBOLT_PORT, DRAWBOLT_USER, DRAWBOLT_PASSWORD, DRAWBOLT_CA } = process.env
  const driver = neo4j.driver(`bolt${DRAWBOLT_CA ? '+ssc' : ''}://${DRAWBOLT_HOST}:${DRAWBOLT_PORT}`,
    neo4j.auth.basic(DRAWBOLT_USER, DRAWBOLT_PASSWORD))
  const schema = await new Neo4jGraphQL({ typeDefs, driver }).getSchema()
  const step = async (name, source) => {
    const { data, errors } = await graphql({ schema, source, contextValue: { driver } })
    console.log(`${name}: ${errors ? 'failed: ' + errors.map(e => `${e.message} ${e.originalError}`) : JSON.stringify(data)}`)
  }
  await step('create', `mutation { createWriters(input: [{ name: "Ada", born: 1815, books: { create: [
    { node: { title: "Notes" } }, { node: { title: "Letters" } }] } }]) { info { nodesCreated } writers { name } } }`)
  await step('query', '{ writers(where: { name: { eq: "Ada" } }) { name born books(sort: [{ title: ASC }]) { title } } }')
  await step('update', 'mutation { updateWriters(where: { name: { eq: "Ada" } }, update: { born: { set: 1816 } }) { writers { born } } }')
  await step('count', '{ booksConnection { aggregate { count { nodes } } } }')
  await step('delete', 'mutation { deleteWriters(where: { name: { eq: "Ada" } }, delete: { books: [{ where: {} }] }) { nodesDeleted relationshipsDeleted } }')
  await driver.close()
}

main()
