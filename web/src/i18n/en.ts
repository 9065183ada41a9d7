import type { moreEn } from "./more-en";
import type { restEn } from "./rest-en";

// The texts, and the type of every other language's: a missing or extra key there does not compile. {names} are filled in;
// a text with {count} may have two forms.
export const en = {
  "actions": "Actions", "back": "Back", "cancel": "Cancel", "close": "Close", "edit": "Edit", "hide": "Hide", "loading": "Loading", "more": "More options",
  "next": "Continue", "remove": "Remove", "retry": "Try again", "save": "Save", "show": "Show", "skip": "Skip to content", "undo": "Undo",
  "filter": "Filter", "filter.clear": "Clear filters", "filter.none": "Nothing matches the filter",
  "copy.verb": "Copy", "copy.of": "Copy: {what}", "copy.done": "Copied", "copy.failed": "Could not copy. Select the text and copy it yourself.",
  "live.cut": "Not live since {time}; trying again", "stale": "Last updated {when}. {why}",

  "nav.label": "Main navigation", "nav.open": "Open navigation", "nav.home": "Home", "nav.providers": "Providers", "nav.combos": "Combos", "nav.keys": "API keys", "nav.tools": "CLI tools", "nav.requests": "Requests", "nav.analytics": "Analytics", "nav.costs": "Costs", "nav.quotas": "Quotas", "nav.health": "Health",
  "nav.translator": "Translator", "nav.settings": "Settings", "nav.backups": "Backups", "nav.logs": "Logs",
  "nav.group.connect": "Connect", "nav.group.observe": "Observe", "nav.group.lab": "Lab", "nav.group.system": "System",
  "top.endpoint": "Copy the base URL {url}", "top.language": "Language", "top.theme": "Theme", "top.account": "Account", "top.offline": "No answer", "top.licences": "Licences", "top.signout": "Sign out",
  "theme.system": "As the system", "theme.light": "Light", "theme.dark": "Dark",
  "banner.offline": "The gateway does not answer. Trying again; what you typed stays.", "banner.outdated": "The gateway was updated. Load the page again to match it.", "banner.reload": "Load again",
  "palette.title": "Go to or do", "palette.hint": "Page, provider, key, setting or request id", "palette.none": "Nothing has that name", "palette.page": "Page", "palette.action": "Action",
  "palette.connection": "Connection", "palette.key": "Key", "palette.setting": "Setting", "palette.request": "Request", "palette.dark": "Dark theme", "palette.light": "Light theme",
  "shortcuts.title": "Keyboard shortcuts", "shortcuts.filter": "To the filter",
  "notfound.title": "There is no such page", "notfound.text": "The address leads nowhere. Search for what you need, or start from Home.",

  "error.title": "That did not work", "error.unknown": "The gateway answered with status {status}.", "error.details": "Copy details",
  "error.offline": "The gateway does not answer. Is it still running?", "error.no_json": "What answered is not the gateway. A proxy between may be in the way.",
  "error.rate_limited": "Too many tries. Wait a little, then try again.", "error.overloaded": "The gateway is shutting down.", "error.setup_required": "No password is set yet. Open the set-up link that the gateway printed when it started.",
  "kind.payment_required": "The budget or credit is used up", "kind.forbidden": "The key may not do this", "kind.method_not_allowed": "The endpoint does not take this method", "kind.conflict": "It clashes with what is there", "kind.request_timeout": "The request did not arrive in time", "kind.too_large": "The request is too large", "kind.unsupported": "This is not supported", "kind.rate_limited": "The request was limited", "kind.quota_exhausted": "The quota is used up", "kind.overloaded": "The gateway was busy or stopping", "kind.no_candidate": "No connection could take the request", "kind.upstream_rejected": "The provider refused the request", "kind.upstream_failed": "The provider failed", "kind.upstream_timeout": "The provider took too long", "kind.upstream_protocol": "The provider answered oddly", "kind.cancelled": "The client went away", "kind.internal": "The gateway failed", "kind.unauthorized": "The key was refused", "kind.not_found": "There is no such model or path", "kind.bad_request": "The request does not fit",

  "state": "State", "state.all": "All states", "state.ok": "Works", "state.failing": "Failing", "state.trouble": "In trouble", "state.untested": "Not tested", "state.disabled": "Off", "state.builtin": "Built in",
  "tier.free": "Free", "tier.apikey": "API key", "tier.cheap": "Low price", "tier.subscription": "Subscription", "tier.local": "On this machine", "tier.own": "Your own",

  "test.verb": "Test", "test.of": "Test {name}", "test.busy": "Testing …", "test.took": "A real answer came in {time}.", "test.took.model": "{model} answered in {time}.",
  "test.ok": "It works", "test.auth_missing": "No key is set", "test.auth_missing.remedy": "Edit the connection and paste its key.",
  "test.unsupported": "This cannot be used yet", "test.network_error": "It could not be reached", "test.network_error.remedy": "Check the address, your network and the proxy.",
  "test.upstream_auth_error": "The key was refused", "test.upstream_auth_error.remedy": "Copy the key again, whole, and check that it is still valid on the provider's page.",
  "test.upstream_no_credit": "The account has no credit", "test.upstream_no_credit.remedy": "Add credit on the provider's page, then test again.",
  "test.upstream_rate_limited": "The key is good, but limited right now", "test.upstream_rate_limited.remedy": "Wait until the limit passes, then test again. You can keep the connection.",
  "test.upstream_model_unknown": "It answers, but does not know the model", "test.upstream_model_unknown.remedy": "Set a model that the provider has, under More options or Edit.",
  "test.upstream_unavailable": "The provider is in trouble", "test.upstream_unavailable.remedy": "Try again in a few minutes.",
  "test.upstream_error": "It answered oddly", "test.upstream_error.remedy": "Check that the address and the kind of API fit together.",

  "connect.key": "API key", "connect.key.help": "It is encrypted before it is stored, and never shown again.", "connect.key.spaces": "A key has no spaces or line breaks. Paste it again.", "connect.key.url": "This is an address, not a key.", "connect.key.bearer": "Leave out the word Bearer.",
  "connect.provider": "Provider", "connect.name": "Name", "connect.name.help": "To tell several accounts apart.", "connect.model": "Test with the model", "connect.model.help": "Empty: the provider's first one.", "connect.proxy": "Proxy",
  "connect.save": "Save and test", "connect.testing": "Testing …", "connect.again": "Try again", "connect.keep": "Keep it anyway", "connect.another": "Connect another", "connect.done": "Connected", "connect.open": "Open provider",
  "connect.use": "Clients can now ask for the model {model}.",
  "catalog.search": "Search providers", "catalog.none": "No provider is called {text}. Use your own upstream with its address.", "catalog.connect": "Connect", "catalog.connect.of": "Connect {name}", "catalog.connected": "Connected",
  "catalog.own": "Your own upstream", "catalog.own.help": "Ollama, LM Studio, vLLM or any address that speaks a known API", "catalog.own.verb": "Add an address",
  "catalog.models": { one: "{count} model", other: "{count} models" }, "catalog.needs.key": "API key", "catalog.needs.none": "No key needed", "catalog.needs.oauth": "Needs a sign-in that this version does not offer", "catalog.needs.format": "Speaks an API that this version does not speak",
  "catalog.risk": "Against its terms", "catalog.risk.text": "As far as is known, the provider's terms do not permit use through a gateway. Your account may be closed for it.",
  "node.title": "Address", "node.url": "Base URL", "node.url.help": "Up to and with the version, such as /v1.", "node.key": "API key, if it asks for one", "node.key.help": "Leave empty for servers without keys.", "node.type": "Kind of API",
  "node.type.openai": "OpenAI Chat Completions", "node.type.responses": "OpenAI Responses", "node.type.anthropic": "Anthropic Messages", "node.type.gemini": "Google Gemini",
  "node.prefix": "Prefix", "node.prefix.help": "Clients write it before the model: {example}", "node.remove": "Remove this upstream", "node.remove.text": "{name} and its connections go away at once. This cannot be undone.",

  "providers.text": "Your accounts with providers. Requests go to them in this order of trust: what works, then what is untested.", "providers.add": "Add provider", "providers.name": "Provider", "providers.tier": "Kind", "providers.connections": "Connections",
  "providers.empty": "No provider of yours is connected", "providers.empty.text": "The built-in demo answers until then. Connect an account with its key, or an address of your own. In a shell:",
  "connection.add": "Add connection", "connection.none": "No connection yet.", "connection.order": "Asked from top to bottom. Drag, or Alt ↑ and Alt ↓.", "connection.edit.of": "Edit {name}", "connection.remove.of": "Remove {name}", "connection.enabled.of": "{name} is on",
  "connection.removed": "{name} removed", "connection.newkey": "New API key", "connection.newkey.help": "Empty keeps the present one ({hint}).", "connection.via": "through {proxy}",
  "move.handle": "Move {name}, place {place} of {count}", "move.taken": "{name} taken. Arrows move it, Space puts it down, Escape puts it back.", "move.dropped": "{name} put down at place {place}", "move.up": "Move {name} up", "move.down": "Move {name} down", "move.done": "{name} is now {place} of {count}",
  "connection.rests": "Rests: {cause}", "connection.endrest": "End the rest", "connection.endrest.of": "End the rest of {name}", "connection.breaker": "Circuit breaker open", "models.add": "Add a model", "models.add.label": "Model to add", "models.own": "Yours", "models.remove.of": "Remove {name}", "models.added": "{name} added", "countdown.over": "now",
  "cause.rate_limit": "Rate limit", "cause.quota": "Quota used up", "cause.payment": "No credit", "cause.auth": "Key refused", "cause.forbidden": "Not allowed", "cause.model_missing": "Model unknown", "cause.unreachable": "Not reachable", "cause.capacity": "Provider overloaded", "cause.server_error": "Provider failed", "cause.timeout": "Took too long", "cause.empty_answer": "Empty answer", "cause.cut": "Answer broke off", "cause.protocol": "Answered oddly", "cause.network": "Network trouble here", "cause.client_gone": "The client went away", "cause.bad_request": "The request does not fit", "cause.unsupported": "Cannot be said in its format", "cause.too_large": "Request too large", "cause.context_length": "Too long for its context", "cause.content_filter": "Content filter", "cause.gateway": "The gateway failed", "cause.queue_full": "Line full",
  "models.hidden": "Hidden", "models.hide.of": "Hide {name}", "models.show.of": "Show {name}", "models.hidden.text": { one: "{count} hidden model is left out of the lists that clients see; whoever names it is served.", other: "{count} hidden models are left out of the lists that clients see; whoever names one is served." }, "models.title": "Models", "models.any": "Any model that it knows can be asked for: {example}", "models.context": "{tokens} tokens",

  "keys.text": "Clients present a key with each request. Give each tool its own, so that you can see who used what and revoke one alone.", "keys.create": "Create key", "keys.name": "Name", "keys.name.help": "The tool or the person that will use it.", "keys.hint": "Key", "keys.scopes": "May", "keys.enabled": "On", "keys.enabled.of": "{name} is on",
  "keys.lastday": "24 h", "keys.expires": "Expires", "keys.expires.help": "Empty: never.", "keys.models": "Allowed models", "keys.models.help": "Separated by commas; * stands for anything. Empty: all.", "keys.rpm": "Requests a minute", "keys.tpm": "Tokens a minute", "keys.zero": "0 or empty: no limit.",
  "keys.daily": "Budget a day, in dollars", "keys.monthly": "Budget a month, in dollars", "keys.limits": "Limits", "keys.edit.of": "Edit {name}", "keys.spent.today": "{spent} of {limit} today", "keys.spent.month": "{spent} of {limit} this month", "spent.unpriced": { one: "and {count} request of unknown price", other: "and {count} requests of unknown price" }, "keys.expired": "Expired", "keys.bodies": "Record bodies", "keys.bodies.help": "What its requests and answers say is kept for some hours, with secrets masked.", "keys.bodies.tag": "Bodies recorded", "keys.errorsonly": "Only of requests that failed", "keys.errorsonly.help": "What went well leaves no record.", "keys.errorsonly.tag": "Bodies of errors recorded", "keys.grace": "The old text still works for", "keys.grace.0": "not at all", "keys.grace.3600": "an hour", "keys.grace.86400": "a day", "keys.grace.604800": "a week", "keys.old": "Old text until {when}",
  "keys.empty": "There is no key", "keys.empty.text": "Without one, no client is let in. In a shell:", "keys.made": "Key for {name}", "keys.once": "Copy the key now. It is shown this once and stored only as a hash.", "keys.copy": "Copy the key", "keys.kept": "I have kept it",
  "keys.waiting": "Waiting for the first request …", "keys.first": "First request: {model}, status {status}", "keys.rotate": "Rotate", "keys.rotate.of": "Rotate {name}", "keys.rotate.text": "The key gets a new text.", "keys.revoke": "Revoke", "keys.revoke.of": "Revoke {name}", "keys.revoked": "{name} revoked",
  "keys.notneeded": "No key is needed right now", "keys.notneeded.text": "Every program on this machine can use your accounts.",
  "scope.inference": "Use models", "scope.inference.help": "What every client needs.", "scope.read": "Read", "scope.read.help": "See usage and configuration, without secrets.", "scope.admin": "Administer", "scope.admin.help": "Change everything, as you can here.",
  "snippets.label": "Clients", "snippets.title": "Connect a client", "snippets.text": "Put your key where the mark stands.",

  "home.attention": "Needs attention", "home.well": "Everything is well", "home.failing": "{provider}: {name} is failing", "home.look": "Look", "home.left.connect": "Connect a provider", "home.left.connect.text": "Until then only the built-in demo answers.", "home.left.key": "Create a key for your client",
  "home.left.request": "Send a first request", "home.left.request.text": "Nothing has come through the gateway yet.", "home.left.request.verb": "Send one",
  "home.now": "Last 24 hours", "home.all": "All requests", "home.requests": "Requests", "home.success": "Succeeded", "home.failed": { one: "{count} failed", other: "{count} failed" }, "home.tokens": "Tokens", "home.rate": "Requests / min", "home.underway": "{count} under way",
  "home.spark": "{count} requests in the last ten minutes, at most {high} in one minute", "home.recent": "Recent requests", "home.norequests": "No requests yet", "home.norequests.text": "They appear here as soon as a client asks.", "home.connect": "Connect", "home.copy.url": "Copy the base URL", "home.copy.model": "Copy the model's name", "home.key": "Keys are shown once, when they are made:",

  "requests.time": "Time", "requests.status": "Status", "requests.model": "Model", "requests.provider": "Provider", "requests.key": "Key", "requests.tokens": "Tokens in / out", "requests.firsttoken": "First token", "requests.total": "Total",
  "requests.status.all": "Every status", "requests.status.error": "Errors", "requests.provider.all": "Every provider", "requests.key.all": "Every key", "requests.key.gone": "removed key", "requests.attempts": "{count} attempts",
  "requests.live": "Live", "requests.underway": "{count} under way", "requests.new": { one: "{count} new", other: "{count} new" }, "requests.new.many": "Many new", "requests.more": "Older requests", "requests.none": "No request matches", "requests.none.text": "Requests older than the history is kept are gone, too.",
  "requests.empty": "No request has come yet", "requests.empty.text": "Send one from any client; it appears here at once. In a shell:", "requests.listening": "Listening …",
  "request.title": "Request", "request.copyid": "Copy the request id", "request.previous": "Newer request", "request.next": "Older request", "request.unknown": "There is no record of this request", "request.unknown.text": "It may be older than the history that is kept, or it has not ended yet.", "request.facts": "What was asked", "request.endpoint": "Endpoint", "request.asked": "Model asked", "request.served": "Model served", "request.nobody": "nobody", "request.connection": "Connection", "request.streamed": "streamed", "request.tokens": "Tokens", "request.dropped": "Not passed on, since the provider's format has no place for it: {fields}",
  "timeline.title": "Timeline", "timeline.received": "Received {time}", "timeline.unsent": "Answered without asking a provider", "timeline.attempts": { one: "Sent to a provider once", other: "Sent to providers {count} times" }, "timeline.first": "First token after {time}", "timeline.end": "Ended with status {status} after {time}",
  "tokens.inout": "{input} in, {output} out", "tokens.input": "Input", "tokens.output": "Output", "tokens.cacheread": "Read from cache", "tokens.cachewrite": "Written to cache", "tokens.reasoning": "Reasoning", "tokens.estimated": "The provider sent no counts; these are estimates.",




  "login.title": "Sign in", "login.password": "Password", "login.verb": "Sign in", "login.wrong": "That is not the password.", "login.locked": "Too many tries. Try again at {until}.", "login.caps": "Caps lock is on.", "login.forgot": "Forgot the password?",
  "recover.title": "Reset the password", "recover.text": "Run this on the machine of the gateway. It asks for a new password and signs every browser out.", "recover.command": "Command", "recover.docker": "In Docker:", "recover.dockercommand": "Command for Docker", "recover.back": "Back to sign in",
  "setup.title": "Set up OmniRoute", "setup.progress": "Step {step} of {count}", "setup.step.secure": "Secure", "setup.step.connect": "Connect", "setup.step.route": "Route", "setup.step.use": "Use",
  "setup.secure": "Choose a password", "setup.reach.local": "Only this computer can reach the gateway. The password keeps other programs and pages out.", "setup.reach.network": "The gateway is reached as {host}: others on your network may reach it, too.",
  "setup.token": "Set-up token", "setup.token.help": "The gateway printed a link when it started; the token stands at its end.", "setup.password": "Password", "setup.password.help": "At least 8 characters.", "setup.secure.verb": "Set password", "setup.generate": "Generate", "setup.copypassword": "Copy the password",
  "setup.strength.short": "Too short", "setup.strength.fair": "Fair", "setup.strength.strong": "Strong",
  "setup.connect": "Connect a provider", "setup.door.key": "I have an API key", "setup.door.key.text": "OpenAI, Anthropic, Gemini, DeepSeek, OpenRouter and many more", "setup.door.demo": "Just try it", "setup.door.demo.text": "The built-in demo answers, without any account",
  "setup.route": "Choose a model", "setup.route.text": "Your first requests go to this model. Clients choose by name, so you can change it any time.", "setup.model": "Model",
  "local.found": "{name} runs on this machine", "local.nomodels": "It lists no model yet.", "setup.combo.text": "One name for all you have connected: the first that can answer does, the next when it cannot. Drag, or Alt ↑ and Alt ↓.", "setup.combo.verb": "Make this combo", "setup.combo.skip": "Use one model instead",
  "setup.use": "Use it", "setup.key.text": "Clients need a key. It is shown once, and you can make more later.", "setup.key.verb": "Make a key", "setup.keyname": "My first client", "setup.send": "Send a request to {model}", "setup.question": "Hello from OmniRoute", "setup.answered": "{model} answered in {time}", "setup.row": "See this request", "setup.skip": "Skip: only what is connected by then will answer", "setup.dashboard": "Open the dashboard",
} as const;

type Shape<T> = T extends { other: string } ? { one: string; other: string } : string;
export type Messages = { readonly [K in keyof typeof en]: Shape<(typeof en)[K]> };
export type MoreMessages = { readonly [K in keyof typeof moreEn]: Shape<(typeof moreEn)[K]> };
export type RestMessages = { readonly [K in keyof typeof restEn]: Shape<(typeof restEn)[K]> };
