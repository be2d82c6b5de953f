"""Names that people and models give to fields of a document, and the ones that they mean. Data, under their bare spelling."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _each(text: str, meant: str) -> dict[str, str]:
    return dict.fromkeys(text.split(), meant)


# Where one of these stands in the place of a field, passing it over would publish something else than was written.
TIME = """at date datetime dateutc due dueat duedate goliveat livedate postat postdate postdatetime poston posttime publicationdate
    publishdate publishdatetime publishon publishtime publishwhen releaseat releasedate runat schedule scheduleat scheduled scheduledat
    scheduledate scheduledatetime scheduleddate scheduledfor scheduledon scheduledtime schedulefor scheduletime sendat senddate sendtime
    start startat startdate starttime time timestamp when"""
MEDIA = """asset assetid assetids assetlist attachment attachments file files gallery image imagelink images imageurl imageurls img media
    mediafile mediafiles mediaid mediaids medialinks mediaurl mediaurls photo photos photourl picture pictures pictureurl video videolink
    videos videourl videourls"""
TEXT = "body caption content contents copy desc message msg posttext statustext tweet"
IN_POST = {
    **_each(TIME, "publish_at"),
    **_each(MEDIA, "assets"),
    **_each(TEXT, "description"),
    **_each("heading headline subject", "name"),
    **_each("inreplyto inreplytoid parent parentid parentpost parentstep replyto replytoid replytopost", "reply_to_step_id"),
    **_each("config options platformsettings postsettings providersettings publishsettings", "settings"),
    **_each("autocomment commentfirst openingcomment pinnedcomment", "first_comment"),
    **_each("label labellist labelnames", "labels"),
    **_each("localtimezone timezoneid timezonename tz", "timezone"),
    **_each("comments followups replies thread threads tweets", "campaigns"),
}
NETWORK = {
    **_each("accounthandle accountid accountname channelid handle profile profileid socialaccount", "account"),
    **_each("network platform socialnetwork", "provider"),
}
DELAY = _each("delay delaydays delayhours delayminute delaymins delaysecs wait waitminutes", "delay_minutes")
IN_ASSET = {
    **_each("fileurl href image imageurl link mediaurl publicurl source sourceurl src uri useasmedialink video videourl", "url"),
    **_each("accessibilitytext alt alternativetext alttextvalue caption description", "altText"),
}
AT_ROOT = {**_each("idempotency idempotencyid idempotencytoken", "idempotencyKey"), **_each("post entries items", "posts")}
URLS = _words("href link src uri url")  # of a picture or a film, these name media

# What would keep a post from going out.
DRY = _words("dryrun isdryrun onlyvalidate preview simulate testrun validateonly")
DRAFT = _words("approval approvalrequired asdraft draft draftmode isdraft needsapproval requireapproval requiresapproval saveasdraft")
UNLESS = _words("active autopublish enabled publish publishnow")  # where they say no
STATE = _words("mode poststatus publishstatus state status")  # where they say draft

# What our answers hold beside the fields of a document: an answer may be handed in again.
ANSWERED_POST = _words(
    """accountId attemptCount attempts blockedBy campaignId campaignIndex campaignName cancelRequestedAt createdAt error errorCode
    generatedName id lastError latestAtUtc nextAttemptAt parentIndex parentPostId postId providerPostId providerStatus providerUrl
    publishedAt reconciliationStatus repeatId
    resolvedParentProviderPostId runId sequencePosition sourceModel status stepDelayMinutes stepDelayMs
    stepId stepIndex targetIndex updatedAt"""
)
ANSWERED_GROUP = _words(
    """accounts campaignIndex firstPublishAtUtc id lastPublishAtUtc name postCount provider stepCount targetCount
    targetIndex timezone"""
)
ANSWERED_ROOT = _words(
    """campaign duplicate ok run runId runStatus sourceModel summary tenantId totalCampaigns totalPosts totalSteps totalTargets
    warnings"""
)
ANSWERED_ASSET = _words(
    """audioCodec bitRate createdAt deleteAfter error frameRate objectKey pixelFormat preview progress publicUrl sha256 status storage
    tenantId useAsMediaLink videoCodec"""
)
