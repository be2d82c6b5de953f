// linkedin-api-client (the official one for Node): consent, roles, a picture that is put without a token, a post of a Page, its end.
'use strict'
const { AuthClient, RestliClient } = require('linkedin-api-client')

module.exports = async ({ clientId, clientSecret, callback, login, scopes, version, image }) => {
  const auth = new AuthClient({ clientId, clientSecret, redirectUrl: callback })
  const form = new URLSearchParams({ login, decision: 'allow' })
  const back = await fetch(auth.generateMemberAuthorizationUrl(scopes, 'a-state'), { method: 'POST', body: form, redirect: 'manual' })
  const code = new URL(back.headers.get('location')).searchParams.get('code')
  const { access_token: accessToken } = await auth.exchangeAuthCodeForAccessToken(code)
  const client = new RestliClient()
  const known = { accessToken, versionString: version }
  const asked = { state: 'APPROVED' }
  const roles = await client.finder({ resourcePath: '/organizationAcls', finderName: 'roleAssignee', queryParams: asked, ...known })
  const author = roles.data.elements[0].organization
  const data = { initializeUploadRequest: { owner: author } }
  const begun = await client.action({ resourcePath: '/images', actionName: 'initializeUpload', data, ...known })
  const { uploadUrl, image: id } = begun.data.value
  const put = await fetch(uploadUrl, { method: 'PUT', body: Buffer.from(image, 'base64') })
  const picture = { resourcePath: '/images/{id}', pathKeys: { id }, ...known }
  while ((await client.get(picture)).data.status !== 'AVAILABLE') await new Promise((resolve) => setTimeout(resolve, 200))
  const distribution = { feedDistribution: 'MAIN_FEED', targetEntities: [], thirdPartyDistributionChannels: [] }
  const content = { media: { id, altText: 'A square' } }
  const entity = { author, commentary: 'From Node', visibility: 'PUBLIC', distribution, content, lifecycleState: 'PUBLISHED' }
  const made = await client.create({ resourcePath: '/posts', entity, ...known })
  const urn = made.createdEntityId
  const read = await client.get({ resourcePath: '/posts/{urn}', pathKeys: { urn }, ...known })
  const gone = await client.delete({ resourcePath: '/posts/{urn}', pathKeys: { urn }, ...known })
  return { put: put.status, made: urn, read: read.data.commentary, gone: gone.status }
}
