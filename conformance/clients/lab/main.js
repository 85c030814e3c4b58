// Sends what Memgraph Lab sends on connect and while working, and prints the
// columns of each answer with the types of its first row.
'use strict'

const neo4j = require('neo4j-driver')

const statements = [
  'SHOW VERSION', 'SHOW STORAGE INFO', 'SHOW LICENSE INFO', 'SHOW DATABASE', 'SHOW REPLICATION ROLE', 'SHOW REPLICAS',
  'SHOW INDEX INFO', 'SHOW CONSTRAINT INFO', 'SHOW TRIGGERS', 'SHOW STREAMS', 'SHOW SCHEMA INFO', 'SHOW CONFIG',
  'SHOW DATABASE SETTINGS', 'SHOW BUILD INFO', 'SHOW METRICS INFO', 'SHOW ACTIVE USERS INFO', 'SHOW CURRENT USER',
  'SHOW NODE_LABELS INFO', 'SHOW EDGE_TYPES INFO', 'SHOW SNAPSHOTS', 'SHOW ENUMS', 'CALL mg.procedures() YIELD *',
  'CALL mg.functions() YIELD *', 'DUMP DATABASE', 'EXPLAIN MATCH (n) RETURN n', 'PROFILE MATCH (n) RETURN n'
]

const kind = v => v === null ? 'null' : Array.isArray(v) ? 'list' : neo4j.isInt(v) ? 'integer' : typeof v

async function main () {
  const { DRAWBOLT_HOST, DRAWBOLT_PORT, DRAWBOLT_USER, DRAWBOLT_PASSWORD, DRAWBOLT_CA } = process.env
  const d = neo4j.driver(`bolt${DRAWBOLT_CA ? '+ssc' : ''}://${DRAWBOLT_HOST}:${DRAWBOLT_PORT}`,
    neo4j.auth.basic(DRAWBOLT_USER, DRAWBOLT_PASSWORD))
  for (const statement of statements) {
    const s = d.session()
    try {
      const result = s.run(statement, {}, { metadata: { source: 'lab-system' } })
      const columns = await result.keys()
      const { records } = await result
      const types = records.length === 0 ? 'no rows' : columns.map(c => kind(records[0].get(c))).join(', ')
      console.log(`${statement}: ${columns.join(', ')} (${types})`)
    } catch (e) {
      console.log(`${statement}: failed: ${e.code} ${e.message}`)
    } finally {
      await s.close()
    }
  }
  await d.close()
}

main()
