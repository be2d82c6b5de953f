// play.cjs <JSON>: plays steps by an official client of the protocol, and prints what it was answered.
'use strict'

async function clients(given) {
  const path = given.era === 'first' ? '@modelcontextprotocol/sdk/client/' : '@modelcontextprotocol/client'
  if (given.era === 'first') {
    const { Client } = require(`${path}index.js`)
    const { StreamableHTTPClientTransport } = require(`${path}streamableHttp.js`)
    const { StdioClientTransport } = require(`${path}stdio.js`)
    return { Client, StreamableHTTPClientTransport, StdioClientTransport, options: {} }
  }
  const { Client, StreamableHTTPClientTransport } = require(path)
  const { StdioClientTransport } = require(`${path}/stdio`)
  return { Client, StreamableHTTPClientTransport, StdioClientTransport, options: { versionNegotiation: { mode: 'auto' } } }
}

const filled = (value, kept) => {
  if (Array.isArray(value)) return value.map((item) => filled(item, kept))
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, filled(v, kept)]))
  return typeof value === 'string' && value.startsWith('$') ? kept[value.slice(1)] : value
}
const found = (answer, place) => place.split('.').reduce((part, name) => part[name], answer)

async function play(given) {
  const { Client, StreamableHTTPClientTransport, StdioClientTransport, options } = await clients(given)
  const client = new Client({ name: 'witness', version: '1.0.0' }, options)
  const transport = given.command
    ? new StdioClientTransport(given.command)
    : new StreamableHTTPClientTransport(new URL(given.url), { requestInit: { headers: { authorization: `Bearer ${given.key}` } } })
  await client.connect(transport)
  const kept = {}
  const answers = []
  const { tools } = await client.listTools()
  for (const [name, args, keeps] of given.steps) {
    try {
      const answer = await client.callTool({ name, arguments: filled(args, kept) })
      for (const [as, place] of Object.entries(keeps)) kept[as] = found(answer.structuredContent, place)
      answers.push({ tool: name, isError: answer.isError ?? false, text: answer.content[0].text, structured: answer.structuredContent ?? null })
    } catch (error) {
      answers.push({ tool: name, thrown: `${error}` })
    }
  }
  const { resources } = await client.listResources()
  const { resourceTemplates } = await client.listResourceTemplates()
  const { prompts } = await client.listPrompts()
  const guide = await client.readResource({ uri: 'socialclaw://guide' })
  const prompt = await client.getPrompt({ name: 'why_did_it_fail', arguments: { postId: 'post_1' } })
  const told = {
    answers,
    tools,
    resources: [...resources.map((one) => one.uri), ...resourceTemplates.map((one) => one.uriTemplate)],
    prompts: prompts.map((one) => one.name),
    guide: guide.contents[0].text,
    prompt: prompt.messages[0].content.text,
    instructions: client.getInstructions(),
    version: client.getNegotiatedProtocolVersion?.() ?? transport.protocolVersion ?? transport._protocolVersion ?? null,
  }
  await client.close()
  return told
}

play(JSON.parse(process.argv[2])).then(
  (told) => process.stdout.write(`\n${JSON.stringify(told)}\n`, () => process.exit(0)),
  (error) => {
    console.error(error)
    process.exit(1)
  },
)
