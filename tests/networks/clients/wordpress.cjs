// wpcom.js, with its own request handler: who one is, a post, the list of them without a slash, deletion.
'use strict'
const WPCOM = require('wpcom').default
const handler = require('wpcom-xhr-request').default

module.exports = async ({ token }) => {
  const wpcom = new WPCOM(token, handler)
  const me = await wpcom.req.get('/me')
  const { sites } = await wpcom.req.get('/me/sites')
  const site = wpcom.site(sites.find((found) => found.capabilities.publish_posts).ID)
  const made = await site.addPost({ title: 'From wpcom', content: '<p>Words</p>', status: 'publish' })
  const listed = await site.postsList({ number: 5 })
  const read = await site.post(made.ID).get()
  const gone = await site.post(made.ID).delete()
  const missing = await site.post(987654).get().catch((error) => [error.statusCode ?? error.status, error.name])
  return { me: me.username, made: made.title, listed: listed.posts.map((post) => post.ID), id: made.ID, read: read.URL, gone: gone.status, missing }
}
