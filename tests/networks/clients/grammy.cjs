// grammY: a message with a picture, a reply that quotes, an album, editing, who may do what in the chat, deletion.
'use strict'
const { Api, InputFile, InputMediaBuilder } = require('grammy')

module.exports = async ({ token, chat, image }) => {
  const api = new Api(token)
  const file = () => new InputFile(Buffer.from(image, 'base64'), 'square.png')
  const me = await api.getMe()
  const place = await api.getChat(chat)
  await api.sendChatAction(chat, 'typing')
  const text = await api.sendMessage(chat, 'Look at https://example.org, @someone: #news', { disable_notification: true })
  const reply = { message_id: text.message_id, quote: 'Look' }
  const photo = await api.sendPhoto(chat, file(), { caption: 'a <b>square</b>', parse_mode: 'HTML', reply_parameters: reply })
  const wrong = { reply_parameters: { message_id: text.message_id, quote: 'nothing of it' } }
  const refused = await api.sendMessage(chat, 'x', wrong).catch((error) => error.description)
  const album = await api.sendMediaGroup(chat, [InputMediaBuilder.photo(file(), { caption: 'first' }), InputMediaBuilder.photo(file())])
  const paper = new InputFile(Buffer.from('%PDF-1.7\n%%EOF\n'), 'paper.pdf')
  const document = await api.sendDocument(chat, paper, { caption: 'to keep' })
  const kept = await api.getFile(photo.photo.at(-1).file_id)
  const edited = await api.editMessageText(chat, text.message_id, 'better')
  const members = [await api.getChatMember(chat, me.id), ...(await api.getChatAdministrators(chat))]
  await api.deleteMessages(chat, album.map((message) => message.message_id))
  return { me, place, text, photo, document, refused, kept, edited: edited.text, members, count: await api.getChatMemberCount(chat) }
}
