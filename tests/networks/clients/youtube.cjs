// googleapis: a video in one request (the client's own way), its parts named one by one, its playlist, a report, deletion, a refreshed token.
'use strict'
const { Readable } = require('node:stream')
const { google } = require('googleapis')

module.exports = async ({ clientId, clientSecret, callback, login, video }) => {
  const auth = new google.auth.OAuth2(clientId, clientSecret, callback)
  const scope = ['youtube', 'youtube.upload', 'yt-analytics.readonly'].map((name) => `https://www.googleapis.com/auth/${name}`)
  const link = auth.generateAuthUrl({ access_type: 'offline', prompt: 'consent', scope, state: 'a-state' })
  const form = new URLSearchParams({ login, decision: 'allow', 'scope-0': 'on', 'scope-1': 'on', 'scope-2': 'on' })
  const back = await fetch(link, { method: 'POST', body: form, redirect: 'manual' })
  const { tokens } = await auth.getToken(new URL(back.headers.get('location')).searchParams.get('code'))
  auth.setCredentials({ refresh_token: tokens.refresh_token })

  const youtube = google.youtube({ version: 'v3', auth })
  const channels = await youtube.channels.list({ part: ['snippet', 'contentDetails'], mine: true })
  const channel = channels.data.items[0]
  const made = await youtube.videos.insert({
    part: ['snippet', 'status'],
    notifySubscribers: false,
    requestBody: { snippet: { title: 'From googleapis', tags: ['a b'] }, status: { privacyStatus: 'public', madeForKids: false } },
    media: { mimeType: 'video/mp4', body: Readable.from([Buffer.from(video, 'base64')]) },
  })
  const read = await youtube.videos.list({ part: ['snippet', 'status'], id: [made.data.id] })
  const uploads = channel.contentDetails.relatedPlaylists.uploads
  const listed = await youtube.playlistItems.list({ part: ['snippet', 'contentDetails'], playlistId: uploads, maxResults: 5 })
  const analytics = google.youtubeAnalytics({ version: 'v2', auth })
  const dates = { startDate: '2026-01-01', endDate: '2026-01-31' }
  const report = await analytics.reports.query({ ids: 'channel==MINE', ...dates, metrics: 'views', dimensions: 'day' })
  const refused = await youtube.videos.list({ part: ['colour'], id: [made.data.id] }).catch((error) => error.response.data.error)
  const gone = await youtube.videos.delete({ id: made.data.id })
  return {
    channel: channel.snippet.customUrl,
    made: made.data,
    read: read.data.items[0].snippet.title,
    listed: listed.data.items.map((item) => item.contentDetails.videoId),
    rows: report.data.rows.length,
    refused: refused.errors[0].reason,
    gone: gone.status,
  }
}
