// Plays the scenario with the JavaScript driver in Node, versions 4 to 6.
'use strict'

const fs = require('fs')
const readline = require('readline')
const neo4j = require('neo4j-driver')
const { text } = require('./text')

const endless = 'UNWIND range(1, 100000000000) AS x WITH x WHERE x < 0 RETURN count(x) AS n'
const env = process.env
const ca = env.DRAWBOLT_CA
const answers = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const pause = ms => new Promise(resolve => setTimeout(resolve, ms))

async function step (name, run) {
  try {
    console.log(`${name}: ${await run()}`)
  } catch (e) {
    console.log(`${name}: failed: ${e.code} ${e.message}`)
  }
}

// ask lets the runner do something to the server.
async function ask (what) {
  console.log('> ' + what)
  await answers.next()
}

const trusting = { encrypted: 'ENCRYPTION_ON', trust: 'TRUST_CUSTOM_CA_SIGNED_CERTIFICATES', trustedCertificates: [ca] }

function open (scheme, config, password = env.DRAWBOLT_PASSWORD) {
  return neo4j.driver(`${scheme}://${env.DRAWBOLT_HOST}:${env.DRAWBOLT_PORT}`,
    neo4j.auth.basic(env.DRAWBOLT_USER, password),
    { maxConnectionPoolSize: 20, maxTransactionRetryTime: 60000, ...config })
}

// The driver takes an authority of one's own with a scheme without "+s" only.
const trusted = scheme => open(scheme, ca ? trusting : {})

async function connect (d) {
  try {
    await d.verifyConnectivity()
    return 'ok'
  } finally {
    await d.close()
  }
}

const refused = d => connect(d).then(() => 'it works', () => 'refused')

async function using (session, work) {
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

const single = async (run) => (await run).records[0].get(0)
const query = (d, q, params) => using(d.session(), s => s.run(q, params))
const number = async (d, q) => String(await single(query(d, q)))

async function code (promise) {
  try {
    await promise
    return 'it works'
  } catch (e) {
    return e.code
  }
}

// write uses the driver's own retry; version 4 names it otherwise.
const write = (s, work) => s.executeWrite ? s.executeWrite(work) : s.writeTransaction(work)

async function values (d) {
  for (const line of fs.readFileSync(env.DRAWBOLT_VALUES, 'utf8').split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const [name, expression] = line.split('\t')
    await step('value ' + name, async () => {
      if (expression.startsWith('MATCH')) return text(await single(query(d, expression)))
      const x = await single(query(d, `RETURN ${expression} AS x`))
      const back = (await query(d, `UNWIND [$x, ${expression}] AS v WITH DISTINCT v RETURN $x AS x, count(*) AS n`, { x })).records[0]
      if (text(back.get('x')) !== text(x) || back.get('n').toString() !== '1') {
        return `${text(x)}, back ${text(back.get('x'))}, ${back.get('n')} values`
      }
      return text(x)
    })
  }
  await step('bytes', async () => {
    const r = (await query(d, 'RETURN $x AS x, $y AS y', { x: Int8Array.of(0, 1, 0xFE, 0xFF), y: new Int8Array(70000) })).records[0]
    return `${text(r.get('x'))}, ${r.get('y').length}`
  })
  await step('large values', async () => {
    const r = (await query(d, 'RETURN $x AS x, $y AS y', { x: 'x'.repeat(1 << 20), y: new Array(100000).fill(neo4j.int(0)) })).records[0]
    return `${r.get('x').length}, ${r.get('y').length}`
  })
}

async function streams (d) {
  const all = 'UNWIND range(0, 99999) AS x RETURN x'
  await step('rows', () => using(d.session({ fetchSize: 1000 }), s => new Promise((resolve, reject) => {
    let n = 0
    let sum = 0
    s.run(all).subscribe({
      onNext: r => { n++; sum += r.get(0).toNumber() },
      onCompleted: () => resolve(`${n}, sum ${sum}`),
      onError: reject
    })
  })))
  await step('abandoned rows', () => using(d.session({ fetchSize: 1000 }), async s => {
    const result = s.run(all)
    if (result[Symbol.asyncIterator]) {
      let n = 0
      for await (const record of result) if (record && ++n === 2500) break
    }
    await result.summary()
    return `then [${await single(s.run('RETURN 1'))}]`
  }))
  await step('failure after a row', () => using(d.session(), s => new Promise(resolve => {
    const rows = []
    s.run('UNWIND [1, 0, 2] AS x RETURN 10 / x AS y').subscribe({
      onNext: r => rows.push(r.get(0)),
      onCompleted: () => resolve('it works'),
      onError: e => resolve(`[${rows}], then ${e.code}`)
    })
  })))
  // A session that closes takes its running query along.
  await step('cancellation', async () => {
    const s = d.session()
    const tx = await s.beginTransaction()
    const end = code(tx.run(endless))
    await pause(200)
    await s.close()
    await end
    return number(d, 'RETURN 1')
  })
}

async function transactions (d) {
  const ended = end => using(d.session(), async s => {
    const tx = await s.beginTransaction()
    await tx.run('CREATE (:Ended)')
    await tx[end]()
    return number(d, 'MATCH (n:Ended) DELETE n RETURN count(n)')
  })
  await step('commit', () => ended('commit'))
  await step('rollback', () => ended('rollback'))
  await step('transactions as text', () => using(d.session(), async s => {
    for (const q of ['BEGIN', 'CREATE (:Text)', 'COMMIT', 'BEGIN', 'CREATE (:Text)', 'ROLLBACK']) await s.run(q)
    return number(d, 'MATCH (n:Text) DETACH DELETE n RETURN count(n)')
  }))
  await step('conflict', async () => {
    const worker = () => using(d.session(), async s => {
      for (let i = 0; i < 10; i++) await write(s, tx => tx.run('MATCH (c:Counter) SET c.n = c.n + 1 RETURN c.n'))
    })
    await Promise.all([worker(), worker(), worker(), worker()])
    return number(d, 'MATCH (c:Counter) WITH c, c.n AS n SET c.n = 0 RETURN n')
  })
  await step('deadlock', async () => {
    let attempts = 0
    let here = 0
    let open
    const both = new Promise(resolve => { open = resolve })
    const worker = names => {
      let met = false
      return using(d.session(), s => write(s, async tx => {
        attempts++
        for (const name of names) {
          await tx.run('MATCH (f:Lock {name: $name}) SET f.n = 1 RETURN 1', { name })
          if (met) continue
          met = true
          if (++here === 2) open()
          await both
        }
      }))
    }
    await Promise.all([worker(['a', 'b']), worker(['b', 'a'])])
    return `${attempts} attempts`
  })
  await step('bookmark', () => using(d.session(), async s => {
    await s.run('CREATE (:Marked)')
    const bookmarks = s.lastBookmarks ? s.lastBookmarks() : s.lastBookmark()
    const n = await using(d.session({ bookmarks }), next => single(next.run('MATCH (n:Marked) DELETE n RETURN count(n)')))
    return `${bookmarks.length}, then ${n}`
  }))
  await step('timeout', () => using(d.session(), async s =>
    `${await code(s.run(endless, {}, { timeout: 200 }))}, then [${await single(s.run('RETURN 1'))}]`))
  await step('metadata', () => using(d.session(), async s =>
    text(await single(s.run('CALL tx.getMetaData()', {}, { metadata: { foo: 1.5, bar: 'baz' } })))))
}

async function failures (d) {
  for (const [name, q] of [
    ['syntax error', 'NOT CYPHER'],
    ['missing parameter', 'RETURN $missing'],
    ['constraint', 'CREATE (n:Unique {key: 1}) RETURN n']
  ]) {
    await step(name, () => using(d.session(), async s => `${await code(s.run(q))}, then [${await single(s.run('RETURN 1'))}]`))
  }
}

async function summaries (d) {
  const summary = async q => (await query(d, q)).summary
  await step('notification', async () => {
    const { notifications } = await summary('EXPLAIN MATCH (n), (m) RETURN n, m')
    return `${notifications.length}, ${notifications[0].code}`
  })
  await step('counters', async () => {
    const c = (await summary('CREATE (:Counted {a: 1, b: 2})-[:KNOWS {c: 3}]->(:Counted)')).counters.updates()
    return `${c.nodesCreated} nodes, ${c.relationshipsCreated} relationships, ${c.propertiesSet} properties, ${c.labelsAdded} labels`
  })
  await step('summary', async () => {
    const s = await summary('MATCH (n:Counted) DETACH DELETE n')
    return `type ${s.queryType}, database ${s.database.name}, ${s.counters.updates().nodesDeleted} deleted`
  })
  await step('explain', async () => (await summary('EXPLAIN MATCH (n:Fixture) RETURN n')).plan.operatorType)
  await step('profile', async () => {
    const { profile } = await summary('PROFILE UNWIND [1, 2, 3] AS x RETURN x')
    return `${profile.operatorType}, ${profile.rows} rows`
  })
}

async function pool (d) {
  const parallel = async () => {
    const run = () => single(query(d, 'UNWIND range(1, 1000) AS x RETURN sum(x) AS n'))
    const sums = await Promise.all(Array.from({ length: 20 }, run))
    return sums.reduce((a, b) => a + b.toNumber(), 0)
  }
  await step('parallel', parallel)
  await step('restart', async () => {
    await ask('restart')
    const kept = await using(d.session(), s => write(s, async tx => single(tx.run('MATCH (n:Unique) RETURN n.key'))))
    return `${kept}, then ${await parallel()}`
  })
  if (!ca) return
  await step('new certificate', () => using(d.session(), async s => {
    const tx = await s.beginTransaction()
    await ask('reload')
    const n = await single(tx.run('RETURN 1'))
    await tx.commit()
    return `[${n}], then ${await connect(trusted('bolt'))}`
  }))
}

// attempt connects once and prints what a user sees.
async function attempt (scheme) {
  const { DRAWBOLT_CERT: certfile, DRAWBOLT_KEY: keyfile } = env
  const config = ca && scheme.endsWith('+s') ? { ...trusting } : {}
  if (certfile) config.clientCertificate = neo4j.clientCertificateProviders.rotating({ initialCertificate: { certfile, keyfile } })
  await connect(open(config.encrypted ? scheme.replace('+s', '') : scheme, config)).then(console.log, e => console.log(e.message))
}

async function main () {
  if (process.argv && process.argv[2] === 'attempt') return attempt(process.argv[3])
  if (ca) {
    await step('connect trusting all', () => connect(open('bolt+ssc')))
    await step('connect with the authority', () => connect(trusted('bolt')))
    await step('connect without the authority', () => refused(open('bolt+s')))
    await step('connect in plaintext', () => refused(open('bolt')))
  }
  await step('wrong password', () => code(connect(open('bolt', ca ? trusting : {}, 'wrong'))))
  const d = trusted('bolt')
  await step('protocol', async () => {
    const v = (await query(d, 'RETURN 1')).summary.server.protocolVersion
    return typeof v === 'number' ? v.toFixed(1) : `${v.major}.${v.minor}`
  })
  await values(d)
  await streams(d)
  await transactions(d)
  await failures(d)
  await summaries(d)
  await step('routing', async () => {
    const d = trusted('neo4j')
    try {
      return await number(d, 'RETURN 1')
    } finally {
      await d.close()
    }
  })
  await pool(d)
  await d.close()
  process.exit()
}

main()
