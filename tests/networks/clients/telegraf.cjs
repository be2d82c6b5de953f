// telegraf: text, a picture, a film, and what becomes of a message to a chat that is not there.
'use strict'
const { Telegram } = require('telegraf')

module.exports = async ({ token, chat, image }) => {
  const telegram = new Telegram(token, { agent: undefined })
  const source = Buffer.from(image, 'base64')
  const text = await telegram.sendMessage(chat, 'from *telegraf*', { parse_mode: 'MarkdownV2' })
  const photo = await telegram.sendPhoto(chat, { source, filename: 'square.png' }, { caption: 'below', reply_parameters: text })
  const refused = await telegram.sendMessage('@no_such_channel', 'x').catch((error) => error.response)
  await telegram.deleteMessage(chat, photo.message_id)
  return { text, photo, refused }
}
