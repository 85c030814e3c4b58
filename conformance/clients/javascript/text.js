'use strict'

const neo4j = require('neo4j-driver')

const two = n => String(n).padStart(2, '0')
const nine = n => String(n).padStart(9, '0')
const signed = n => (Number(n) < 0 ? '' : '+') + n
const date = v => `${v.year}-${two(v.month)}-${two(v.day)}`
const clock = v => `${two(v.hour)}:${two(v.minute)}:${two(v.second)}.${nine(v.nanosecond)}`

const hex = bytes => Array.from(bytes, b => (b & 0xFF).toString(16).padStart(2, '0')).join('')

function float (v) {
  if (Number.isNaN(v)) return 'fNaN'
  const bytes = new DataView(new ArrayBuffer(8))
  bytes.setFloat64(0, v)
  return 'f' + hex(new Uint8Array(bytes.buffer))
}

const quote = s => '"' + Array.from(s, c => {
  const n = c.codePointAt(0)
  return n < 0x20 || n > 0x7E || c === '"' || c === '\\' ? `\\u{${n.toString(16).toUpperCase()}}` : c
}).join('') + '"'

const fields = m => '{' + Object.keys(m).sort().map(k => `${k}: ${text(m[k])}`).join(', ') + '}'
const node = n => '(' + [...n.labels].sort().map(l => ':' + l).join('') + ` ${fields(n.properties)})`
const relationship = r => `[:${r.type} ${fields(r.properties)}]`

function path (p) {
  return p.segments.reduce((out, s) => {
    const forward = s.relationship.start.toString() === s.start.identity.toString()
    return out + (forward ? '-' : '<-') + relationship(s.relationship) + (forward ? '->' : '-') + node(s.end)
  }, node(p.start))
}

// text writes a value in the notation of the scenario.
function text (v) {
  if (v === null || typeof v === 'boolean') return String(v)
  if (typeof v === 'number') return float(v)
  if (typeof v === 'bigint' || neo4j.isInt(v)) return v.toString()
  if (typeof v === 'string') return quote(v)
  if (v instanceof Int8Array) return 'b' + hex(v)
  if (Array.isArray(v)) return '[' + v.map(text).join(', ') + ']'
  if (v instanceof neo4j.types.Node) return node(v)
  if (v instanceof neo4j.types.Relationship) return relationship(v)
  if (v instanceof neo4j.types.Path) return path(v)
  if (neo4j.isDate(v)) return 'date ' + date(v)
  if (neo4j.isLocalTime(v)) return 'localtime ' + clock(v)
  if (neo4j.isTime(v)) return `time ${clock(v)} ${signed(v.timeZoneOffsetSeconds)}`
  if (neo4j.isLocalDateTime(v)) return `localdatetime ${date(v)}T${clock(v)}`
  if (neo4j.isDateTime(v)) {
    return `datetime ${date(v)}T${clock(v)} ${signed(v.timeZoneOffsetSeconds)}${v.timeZoneId ? ' ' + v.timeZoneId : ''}`
  }
  if (neo4j.isDuration(v)) return `duration ${v.months} ${v.days} ${v.seconds} ${v.nanoseconds}`
  if (neo4j.isPoint(v)) return ['point', v.srid, float(v.x), float(v.y), ...(v.z === undefined ? [] : [float(v.z)])].join(' ')
  return fields(v)
}

module.exports = { text }
