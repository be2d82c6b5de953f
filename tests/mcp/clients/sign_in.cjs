// sign_in.cjs <JSON>: an official client lets itself in by OAuth, by somebody who pastes a key into the page; prints what came of each step.
'use strict'

const { auth } = require(process.env.ERA === 'first' ? '@modelcontextprotocol/sdk/client/auth.js' : '@modelcontextprotocol/client')

const BACK = 'http://127.0.0.1:9/back'

class Kept {
  constructor() {
    this.asked = []
  }
  get redirectUrl() {
    return BACK
  }
  get clientMetadata() {
    return { client_name: 'TypeScript SDK', redirect_uris: [BACK] }
  }
  state() {
    return 'a state of its own'
  }
  clientInformation() {
    return this.client
  }
  saveClientInformation(client) {
    this.client = client
  }
  tokens() {
    return this.kept
  }
  saveTokens(tokens) {
    this.kept = tokens
  }
  redirectToAuthorization(url) {
    this.asked.push(url)
  }
  saveCodeVerifier(verifier) {
    this.verifier = verifier
  }
  codeVerifier() {
    return this.verifier
  }
  invalidateCredentials(scope) {
    if (scope === 'all' || scope === 'tokens') this.kept = undefined
    if (scope === 'all' || scope === 'client') this.client = undefined
  }
}

const plain = (text) => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#x27;', "'")

async function consent(url, key) {
  const page = await (await fetch(url)).text()
  const form = new URLSearchParams({ decision: 'allow', life: '30', key })
  for (const [, word] of page.matchAll(/name="operation" value="(\w+)" checked/g)) form.append('operation', word)
  const action = new URL(plain(page.match(/<form method="post" action="([^"]*)"/)[1]), url)
  const answer = await fetch(action, { method: 'POST', body: form, redirect: 'manual', headers: { 'sec-fetch-site': 'same-origin', origin: url.origin } })
  if (answer.status !== 303) throw new Error(`${answer.status}: ${await answer.text()}`)
  return new URL(answer.headers.get('location')).searchParams
}

async function play({ base, key }) {
  const serverUrl = `${base}/mcp`
  const call = (token) => fetch(`${base}/v1/accounts`, { headers: { authorization: `Bearer ${token}` } })
  const refused = await fetch(serverUrl, { method: 'POST', body: '{}' })
  const challenge = refused.headers.get('www-authenticate')
  const resourceMetadataUrl = new URL(challenge.match(/resource_metadata="([^"]*)"/)[1])
  const provider = new Kept()
  const steps = [await auth(provider, { serverUrl, resourceMetadataUrl })]
  const told = await consent(provider.asked[0], key)
  const came = { authorizationCode: told.get('code'), iss: told.get('iss') }
  steps.push(await auth(provider, { serverUrl, resourceMetadataUrl, ...came }))
  const first = provider.kept.access_token
  const opened = (await call(first)).status
  steps.push(await auth(provider, { serverUrl, resourceMetadataUrl }))
  const second = provider.kept.access_token
  const keys = await (await fetch(`${base}/v1/keys`, { headers: { authorization: `Bearer ${key}` } })).json()
  for (const one of keys.keys.filter((each) => each.kind === 'oauth' && !each.revokedAt)) {
    await fetch(`${base}/v1/keys/${one.id}`, { method: 'DELETE', headers: { authorization: `Bearer ${key}` } })
  }
  const closed = (await call(second)).status
  steps.push(await auth(provider, { serverUrl, resourceMetadataUrl }))
  let replayed = null
  try {
    provider.kept = undefined
    replayed = await auth(provider, { serverUrl, resourceMetadataUrl, ...came })
  } catch (error) {
    replayed = `${error}`
  }
  const query = Object.fromEntries(provider.asked[0].searchParams)
  return { refused: refused.status, challenge, steps, opened, closed, renewed: first !== second, asked: provider.asked.length, query, state: told.get('state'), replayed }
}

play(JSON.parse(process.argv[2])).then(
  (told) => process.stdout.write(`\n${JSON.stringify(told)}\n`, () => process.exit(0)),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
