// facebook-nodejs-business-sdk: a Page's post, what people made of it, its figures with the fields that are asked for, its end.
'use strict'
const { FacebookAdsApi, Page, PagePost } = require('facebook-nodejs-business-sdk')

module.exports = async ({ token, page }) => {
  const api = FacebookAdsApi.init(token)
  const own = new Page(page, {}, undefined, api)
  const about = await own.read(['name', 'fan_count'])
  const made = await own.createFeed(['id'], { message: 'From the Business SDK' })
  const post = new PagePost(made.id, {}, undefined, api)
  const read = await post.read(['message', 'likes', 'permalink_url'])
  const insights = await post.getInsights(['name', 'values', 'period'], { metric: ['post_media_view'] })
  const fans = await own.getInsights(['name', 'values'], { metric: ['page_follows'], period: 'day' })
  await post.delete()
  const again = await post.delete().catch((error) => error.response?.error?.message ?? error.message)
  return {
    name: about.name,
    fans: about.fan_count,
    message: read.message,
    likes: 'likes' in read._data,
    insights: insights.map((row) => row._data),
    follows: fans.map((row) => row._data.name),
    again,
  }
}
