// Plays the scenario with the JavaScript driver in headless Chromium: the program
// for Node runs in a page, with what it needs of Node put in its place.
'use strict'

const fs = require('fs')
const http = require('http')
const path = require('path')
const readline = require('readline')
const { chromium } = require('playwright-core')

const here = name => path.join(__dirname, name)
const source = name => fs.readFileSync(here(name), 'utf8')

// play runs in the page.
function play ({ scenario, text, values, env }) {
  const load = (code, modules) => {
    const module = { exports: {} }
    // eslint-disable-next-line no-new-func
    new Function('require', 'module', 'process', 'console', code)(name => modules[name], module, process, { log: line => window.say(line) })
    return module.exports
  }
  const process = { env, exit: () => window.finish() }
  const modules = {
    'neo4j-driver': window.neo4j,
    fs: { readFileSync: () => values },
    readline: { createInterface: () => ({ [Symbol.asyncIterator]: () => ({ next: () => window.answer() }) }) }
  }
  modules['./text'] = load(text, modules)
  load(scenario, modules)
}

async function main () {
  const answers = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  // A page of one's own origin, as an application has.
  const site = http.createServer((_, answer) => answer.end('<!doctype html><title>scenario</title>')).listen(0, '127.0.0.1')
  await new Promise(resolve => site.on('listening', resolve))
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] })
  const page = await browser.newPage()
  const ended = new Promise(resolve => page.exposeFunction('finish', resolve))
  await page.exposeFunction('say', line => console.log(line))
  await page.exposeFunction('answer', () => answers.next())
  page.on('pageerror', e => console.error(e))
  await page.goto(`http://127.0.0.1:${site.address().port}/`)
  await page.addScriptTag({ path: here('node_modules/neo4j-driver/lib/browser/neo4j-web.min.js') })
  const { DRAWBOLT_HOST, DRAWBOLT_PORT, DRAWBOLT_USER, DRAWBOLT_PASSWORD } = process.env
  await page.evaluate(play, {
    scenario: source('scenario.js'),
    text: source('text.js'),
    values: fs.readFileSync(process.env.DRAWBOLT_VALUES, 'utf8'),
    env: { DRAWBOLT_HOST, DRAWBOLT_PORT, DRAWBOLT_USER, DRAWBOLT_PASSWORD }
  })
  await ended
  await browser.close()
  process.exit()
}

main()
