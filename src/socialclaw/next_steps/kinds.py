"""The next step by the kind of a failure: the name of its class, or of the nearest one above it that is here."""

from __future__ import annotations

from socialclaw.next_steps.step import SAME, NextStep, again, by_operator, by_person

LOOK_UP = "Look the id up again in this workspace, and use that one"
CHECKED = NextStep("Correct what `details.issues` lists, each with its `path`, then send it again; nothing was stored", SAME)
SCHEDULE = ("POST /v1/posts/validate", "validate_schedule")
CONNECT = ("POST /v1/connections/start", "connect_account")
RETRY = ("POST /v1/posts/{postId}/retry", "retry_post")
READ_POST = ("GET /v1/posts/{postId}", "get_post")

KINDS = {
    "SocialClawError": NextStep("Read the message; where it says no more, the operator finds the cause in the log"),
    "InvalidRequest": CHECKED,
    "MalformedJson": NextStep("Send a JSON body", SAME),
    "SignatureInvalid": by_operator(
        "The operator compares the secret that is set here with the sender's", "[callbacks](howto/callbacks.md)"
    ),
    "StoreUnavailable": again("Try again in a minute"),
    "StoreRefused": by_operator("Tell the operator, whose log says what the store refuses"),
    "KeyExpired": NextStep("Use another key"),
    "OAuthError": NextStep("Begin again: have the program connect anew"),
    "ClientInvalid": NextStep("Have the program register again, and show its secret if it got one"),
    "Refused": NextStep("Correct the request as the message says"),
    "TokenExpired": NextStep("Get another with the refresh token, or connect again"),
    "DeviceCodeInvalid": by_person("Compare the code with what the program shows, or have it begin again"),
    "AskAgain": by_person("Fill the page in as the message says"),
    "Unauthenticated": NextStep(
        "Send a key that is in use: `Authorization: Bearer sc_…`; `socialclaw keys create` makes one", "POST /v1/keys/validate"
    ),
    "PlanRequired": by_person("Choose a plan: `details.upgradeUrl` is where"),
    "Forbidden": NextStep("Use a key that may do this", "GET /v1/keys/validate", "get_profile"),
    "RoleRequired": NextStep("Ask one of `details.who` to do it, or to give you the role `details.role`", see="[roles](roles.md)"),
    "SignInAgain": by_person("Sign in again, then repeat it"),
    "CrossSite": by_person("Use the dashboard at the server's own address; programs use an API key"),
    "TicketInvalid": by_person("Ask for a new link: `socialclaw sign-in` on the server, or whoever sent the invitation"),
    "LastOwner": by_person("Make somebody else an owner first, or delete the workspace", "PATCH /v1/dashboard/members/{userId}"),
    "LastIdentity": by_person("Link another account first", "GET /v1/dashboard/identities"),
    "WorkspaceClosing": by_person("An owner can keep the workspace", "POST /v1/dashboard/workspace/keep"),
    "Problem": by_operator("The operator puts right what the message names"),
    "NotFound": NextStep(LOOK_UP),
    "RouteNotFound": NextStep("Look the path up in the OpenAPI document, at `/openapi.json`"),
    "Gone": NextStep("Upload the file again", "POST /v1/assets/upload", "upload_asset"),
    "MethodNotAllowed": NextStep("Use a method that the `Allow` header names"),
    "Conflict": NextStep("Nothing was changed: read the object again, and decide"),
    "DatabaseTrouble": again("Try again after `Retry-After`; the server asks the database again and again, and goes on by itself"),
    "PayloadTooLarge": NextStep("Send less, or ask the operator to raise the limit", SAME, see="[settings](settings.md)"),
    "TooManyRequests": again("Wait as long as `Retry-After` says, then send the same again"),
    "NotReady": again("Try again later; the operator finds the cause with `socialclaw doctor`"),
    "BucketRefused": again("Try again later; the operator finds the cause with `socialclaw doctor`"),
    "TokenRefused": by_person("Start the sign-in again; the log says what was wrong with the token"),
    "SignInRefused": by_person("Start the sign-in again"),
    "Declined": by_person("Start the sign-in again, and go on at the issuer's page"),
    "OtherBrowser": by_person("Open the link in the browser that asked for it, or type the code from the mail there"),
    "AccountExists": by_person("Sign in as you did before, and link this account there"),
    "IssuerUnavailable": again("Start the sign-in again in a minute"),
    "ClientRefused": by_operator("The operator compares client id and secret with what Google or Apple shows", "[settings](settings.md)"),
    "ProviderError": NextStep("Read `details.said`, the network's own words, and change what it names"),
    "Rejected": NextStep("It is not sent again by itself: change what the network refused, then retry", *RETRY),
    "Unauthorized": NextStep("Connect the account again; its posts wait and then go on by themselves", *CONNECT),
    "Missing": NextStep("It is not sent again by itself: see whether what it names is still there, then retry", *RETRY),
    "Unpaid": by_operator(
        "The operator tops up the developer app's credit; the posts wait, and the network is asked again every quarter of an hour"
    ),
    "CursorExpired": NextStep("Go on from `details.oldest`, or from `latest`, and read anew what you show", SAME),
    "RateLimited": again("Wait: the account rests as long as the network says, and its posts then go on by themselves"),
    "Unavailable": again("Wait: a post is tried again by itself, later and later; retry by hand once its tries are used up"),
    "Uncertain": NextStep("Send nothing: the post is looked for on the network, so read it again in a minute", *READ_POST),
    "Blocked": NextStep("Use a URL that is reachable from the internet", SAME),
    "SchemaError": by_operator("The operator runs a version at least as new as the database"),
    "VaultError": by_operator("The operator restores the secret key file from the backup"),
}
NOTE = NextStep("Nothing: it is a note on an attempt")
"""Of what an attempt came to where nothing went wrong."""
