// twitter-api-v2: consent with PKCE, a file in pieces, a post and its reply, reading, refreshing, revoking.
'use strict'
const { TwitterApi } = require('twitter-api-v2')

module.exports = async ({ clientId, clientSecret, callback, login, image, mime }) => {
  const app = new TwitterApi({ clientId, clientSecret })
  const scope = ['tweet.read', 'tweet.write', 'users.read', 'media.write', 'offline.access']
  const link = app.generateOAuth2AuthLink(callback, { scope })
  const form = new URLSearchParams({ login, decision: 'allow' })
  const back = await fetch(link.url, { method: 'POST', body: form, redirect: 'manual' })
  const query = new URL(back.headers.get('location')).searchParams
  const entered = await app.loginWithOAuth2({ code: query.get('code'), codeVerifier: link.codeVerifier, redirectUri: callback })
  const { client, refreshToken } = await app.refreshOAuth2Token(entered.refreshToken)

  const me = await client.v2.me()
  const media = await client.v2.uploadMedia(Buffer.from(image, 'base64'), { media_type: mime })
  await client.v2.createMediaMetadata(media, { alt_text: { text: 'a square' } })
  const post = await client.v2.tweet('from twitter-api-v2', { media: { media_ids: [media] } })
  const reply = await client.v2.reply('and a reply', post.data.id)
  const thread = await client.v2.tweetThread(['one', 'two'])
  const read = await client.v2.singleTweet(post.data.id, {
    expansions: ['author_id', 'attachments.media_keys'],
    'tweet.fields': ['created_at', 'public_metrics'],
    'media.fields': ['alt_text', 'type', 'width'],
  })
  const named = await client.v2.userByUsername(login)
  const timeline = await client.v2.userTimeline(me.data.id, { max_results: 5, exclude: ['replies'] })
  const searched = await client.v2.search(`from:${login} one`, { max_results: 10, expansions: ['author_id'] })
  const gone = await client.v2.deleteTweet(reply.data.id)
  const refused = await client.v2.tweet('and a reply', { reply: { in_reply_to_tweet_id: reply.data.id } }).catch((error) => error.code)
  await app.revokeOAuth2Token(refreshToken, 'refresh_token')
  const closed = await client.v2.me().catch((error) => error.code)
  return {
    state: query.get('state') === link.state,
    me: me.data,
    post: post.data,
    thread: thread.map((made) => made.data.id),
    read,
    named: named.data,
    timeline: timeline.tweets.map((tweet) => tweet.text),
    searched: searched.tweets.map((tweet) => tweet.text),
    by: searched.includes.users.map((user) => user.username),
    gone: gone.data,
    refused,
    closed,
  }
}
