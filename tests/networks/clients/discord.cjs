// discord.js: a message with files and an embed, one that is edited, its attachments taken away, refusals, deletion.
'use strict'
const { AttachmentBuilder, EmbedBuilder, WebhookClient } = require('discord.js')

module.exports = async ({ url, image }) => {
  const webhook = new WebhookClient({ url })
  const file = (name, description) => new AttachmentBuilder(Buffer.from(image, 'base64'), { name, description })
  const embeds = [new EmbedBuilder().setTitle('Title').setDescription('Words')]
  const files = [file('a.png', 'a square'), file('b.png')]
  const made = await webhook.send({ content: 'from discord.js @everyone', username: 'Someone', files, embeds })
  const one = await webhook.editMessage(made.id, { content: 'edited', attachments: [made.attachments[1]], files: [file('c.png')] })
  const none = await webhook.editMessage(made.id, { attachments: [] })
  const read = await webhook.fetchMessage(made.id)
  const other = await webhook.send({ content: 'short lived' })
  await webhook.deleteMessage(other.id)
  const empty = await webhook.send({ embeds: [{}] }).catch((error) => [error.code, error.message])
  const gone = await webhook.fetchMessage(other.id).catch((error) => error.code)
  webhook.destroy()
  return { made, one: one.attachments.map((a) => a.filename), none: none.attachments, read: read.content, empty, gone }
}
